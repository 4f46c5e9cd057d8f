#include "daemon/session/settings_store.hpp"

#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <fcntl.h>
#include <filesystem>

namespace frank::session {

namespace {

constexpr const char *file_name = "session.toml";
constexpr const char *emulator_name = "emulator";
constexpr const char *accel_name = "accel.toml";

} // namespace

SettingsStore::SettingsStore(const std::string &state) : directory_(state + "/rootfs") {
    sys::ensure_directory(state, 0700);
    sys::ensure_directory(directory_, 0700);
}

std::vector<plan::SessionSettings> SettingsStore::load() const {
    std::vector<plan::SessionSettings> all;
    for (const std::string &name : names_in(directory_)) {
        if (!plan::SessionName::parse_any(name))
            continue;
        const std::string path = directory_ + "/" + name;
        if (!std::filesystem::is_directory(path)) {
            set_aside(directory_, name, "it is no directory");
            continue;
        }
        std::string why;
        try {
            const auto text = sys::read_file(open_directory(path).get(), file_name, max_state_bytes);
            if (!text) { // made, and never written to: a create that a crash ended before it had begun
                remove_flat(path);
                continue;
            }
            auto settings = plan::settings_from_toml(*text);
            if (settings && settings->name.str() == name) {
                all.push_back(std::move(*settings));
                continue;
            }
            why = settings ? "it is the file of \"" + settings->name.str() + "\"" : settings.error().message;
        } catch (const std::system_error &error) {
            why = error.what();
        }
        set_aside(path, file_name, why);
    }
    return all;
}

void SettingsStore::save(const plan::SessionSettings &settings) const {
    const std::string path = directory_ + "/" + settings.name.str();
    sys::ensure_directory(path, 0700);
    sys::write_file_atomically(open_directory(path).get(), file_name, plan::to_toml(settings));
}

void SettingsStore::save_emulator(const std::string &name, const sys::Fd &emulator) const {
    const std::string path = directory_ + "/" + name;
    sys::ensure_directory(path, 0700);
    const sys::Fd directory = open_directory(path);
    const sys::Fd file(sys::must(
        ::openat(directory.get(), emulator_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600),
        "make the file of an emulator"));
    sys::copy_file(emulator, file, plan::max_emulator_bytes);
    sys::must(::fsync(file.get()), "fsync an emulator");
    sys::must(::fsync(directory.get()), "fsync directory");
}

sys::Fd SettingsStore::open_emulator(const std::string &name) const {
    const sys::Fd directory = open_directory(directory_ + "/" + name);
    const sys::Fd file(sys::must(::openat(directory.get(), emulator_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC),
                                 "open the emulator"));
    return sys::sealed_copy("frank-emulator", file, plan::max_emulator_bytes);
}

plan::AccelRecord SettingsStore::load_acceleration(const std::string &name) const {
    const std::string path = directory_ + "/" + name;
    if (!std::filesystem::is_directory(path))
        return {};
    const auto text = sys::read_file(open_directory(path).get(), accel_name, max_state_bytes);
    if (!text)
        return {};
    auto record = plan::accel_from_toml(*text);
    if (record)
        return std::move(*record);
    set_aside(path, accel_name, record.error().message);
    return {};
}

void SettingsStore::save_acceleration(const std::string &name, const plan::AccelRecord &record) const {
    const sys::Fd directory = open_directory(directory_ + "/" + name);
    sys::write_file_atomically(directory.get(), accel_name, plan::to_toml(record));
}

void SettingsStore::remove(const std::string &name) const { remove_flat(directory_ + "/" + name); }

} // namespace frank::session

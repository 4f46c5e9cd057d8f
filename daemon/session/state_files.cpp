#include "daemon/session/state_files.hpp"

#include "daemon/sys/file.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace frank::session {

namespace {

constexpr std::string_view mark = ".broken-";

} // namespace

sys::Fd open_directory(const std::string &path) {
    return sys::Fd(
        sys::must(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), ("open " + path).c_str()));
}

std::vector<std::string> names_in(const std::string &path) {
    std::vector<std::string> names;
    if (!std::filesystem::exists(path))
        return names;
    for (const auto &entry : std::filesystem::directory_iterator(path))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

bool is_set_aside(const std::string &name) { return name.find(mark) != std::string::npos; }

void set_aside(const std::string &directory, const std::string &name, const std::string &why) {
    const sys::Fd dir = open_directory(directory);
    const std::string path = directory + "/" + name;
    for (unsigned n = 1;; ++n) {
        std::string aside = name;
        aside.append(mark).append(std::to_string(n));
        if (::renameat2(dir.get(), name.c_str(), dir.get(), aside.c_str(), RENAME_NOREPLACE) == 0) {
            spdlog::warn("{} cannot be used ({}); it is now {}", path, why, aside);
            return;
        }
        if (errno != EEXIST)
            sys::breakage("rename " + path);
    }
}

void remove_flat(const std::string &path) {
    const sys::Fd dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir && errno == ENOENT)
        return;
    const std::string what = "remove a file in " + path;
    for (const std::string &name : names_in(path))
        if (!is_set_aside(name))
            sys::must(::unlinkat(dir.get(), name.c_str(), 0), what.c_str());
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT && errno != ENOTEMPTY)
        sys::breakage("remove " + path);
}

void write_runtime_file(const std::string &directory, const std::string &name, const std::string &text) {
    const std::string path = directory + "/" + name, temporary = directory + "/." + name + ".new";
    const sys::Fd file(
        sys::must(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600),
                  ("write " + path).c_str()));
    const ssize_t written =
        sys::must(::write(file.get(), text.data(), text.size()), ("write " + path).c_str());
    if (static_cast<std::size_t>(written) != text.size()) {
        errno = ENOSPC; // a short write to a file has no other cause
        sys::breakage("write " + path);
    }
    sys::must(::rename(temporary.c_str(), path.c_str()), ("write " + path).c_str());
}

std::string kernel_boot_id() {
    try {
        const sys::Fd dir = open_directory("/proc/sys/kernel/random");
        std::string text = sys::read_file(dir.get(), "boot_id", 64).value_or("");
        text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
        if (!text.empty())
            return text;
    } catch (const std::system_error &) { // NOLINT(bugprone-empty-catch): hidden from a sandboxed unit
    }
    return "unknown";
}

std::uint64_t wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

} // namespace frank::session

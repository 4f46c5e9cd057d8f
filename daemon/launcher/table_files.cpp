#include "daemon/launcher/table_files.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/file.hpp"

namespace frank::launcher {

namespace {

using plan::Rung;

constexpr std::size_t max_entry = 4096;

int write_to(int table, const char *name, const std::string &text) {
    const sys::Fd file(::openat(table, name, O_WRONLY | O_CLOEXEC));
    if (!file)
        return errno;
    return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

/// Detached: this machine's mounts stay as they are, and systemd's automount asleep.
sys::Fd make_mount(bool read_only) {
    const sys::Fd context(::fsopen("binfmt_misc", FSOPEN_CLOEXEC));
    if (!context || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        fail(Rung::host_table, "it cannot be mounted");
    const unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    sys::Fd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC,
                            attributes | (read_only ? static_cast<unsigned>(MOUNT_ATTR_RDONLY) : 0U)));
    if (!mount)
        fail(Rung::host_table, "it cannot be mounted");
    return mount;
}

} // namespace

sys::Fd open_table(const std::string &path, bool read_only) {
    const sys::Fd mount = path.empty() ? make_mount(read_only) : sys::Fd();
    sys::Fd table(mount ? ::openat(mount.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                        : ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!table || ::faccessat(table.get(), "register", F_OK, 0) != 0)
        fail(Rung::host_table, "there is none at " + path);
    return table;
}

std::vector<plan::TableEntry> read_table(int table) {
    std::vector<plan::TableEntry> entries;
    // The file system lists its newest file first, and the kernel asks its newest entry first.
    for (const std::string &name : sys::names_in_order(table)) {
        if (name == "register" || name == "status")
            continue;
        const auto text = sys::read_file(table, name.c_str(), max_entry);
        if (auto entry = plan::parse_table_entry(name, text.value_or("")))
            entries.push_back(std::move(*entry));
    }
    return entries;
}

int carry_out(int table, const plan::TableStep &step) {
    switch (step.deed) {
    case plan::TableDeed::remove: {
        const int error = write_to(table, step.entry.name.c_str(), "-1");
        return error == ENOENT ? 0 : error;
    }
    case plan::TableDeed::add:
        return write_to(table, "register", plan::table_line(step.entry));
    case plan::TableDeed::disable:
        return write_to(table, step.entry.name.c_str(), "0");
    }
    return EINVAL;
}

} // namespace frank::launcher

#include "daemon/launcher/resource_group.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/file.hpp"

#include <fcntl.h>
#include <filesystem>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace frank::launcher {

namespace {

using plan::Resource;
using plan::Rung;

constexpr const char *hierarchy = "/sys/fs/cgroup";
constexpr const char *session_group = "session";
constexpr const char *supervisor_group = "supervisor";
constexpr std::size_t longest_file = 16384;

/// Ours in the v2 hierarchy (cgroups(7), /proc/[pid]/cgroup); empty: there is none.
std::string own_group() {
    const sys::Fd self(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const std::string text = sys::read_file(self.get(), "cgroup", longest_file).value_or("");
    const std::size_t at = text.starts_with("0::") ? 0 : text.find("\n0::");
    if (at == std::string::npos)
        return "";
    const std::size_t begin = text.find('/', at);
    return text.substr(begin, text.find('\n', begin) - begin);
}

/// systemd marks what it delegates (systemd.resource-control(5), Delegate=); no other group is ours to
/// change.
sys::Fd delegated_group() {
    const std::string own = own_group();
    sys::Fd group(own.empty() ? -1 : ::open((hierarchy + own).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct statfs kind {};
    char mark = 0;
    if (!group || ::fstatfs(group.get(), &kind) != 0 || kind.f_type != CGROUP2_SUPER_MAGIC ||
        ::fgetxattr(group.get(), "trusted.delegate", &mark, 1) != 1 || mark != '1')
        return {};
    return group;
}

bool write_to(const sys::Fd &group, const std::string &file, std::string_view text) {
    const sys::Fd fd(::openat(group.get(), file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool make_group(const sys::Fd &unit, const char *name) {
    return ::mkdirat(unit.get(), name, 0755) == 0 || errno == EEXIST;
}

sys::Fd open_file(const sys::Fd &unit, std::string_view name, int flags) {
    const std::string path = std::string(session_group) + "/" + std::string(name);
    return sys::Fd(::openat(unit.get(), path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
}

/// "8:0" of the disk that the tree lies on: io.max takes no partition. Empty: none that this kernel knows of,
/// as with btrfs, overlayfs and NFS.
std::string disk_of(const sys::Fd &tree) {
    struct stat st {};
    if (::fstat(tree.get(), &st) != 0 || major(st.st_dev) == 0)
        return "";
    const std::string number = std::to_string(major(st.st_dev)) + ":" + std::to_string(minor(st.st_dev));
    std::error_code none;
    const auto device = std::filesystem::canonical("/sys/dev/block/" + number, none);
    if (none || !std::filesystem::exists(device / "partition", none))
        return none ? "" : number;
    const sys::Fd parent(::open(device.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    std::string disk = parent ? sys::read_file(parent.get(), "dev", 32).value_or("") : "";
    disk.erase(std::min(disk.find('\n'), disk.size()));
    return disk;
}

std::string text_in(const sys::Fd &file) {
    std::string text(longest_file, '\0');
    const ssize_t got = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

/// Of a file that has one number.
std::uint64_t number_in(const sys::Fd &file) { return plan::number_of_key("x " + text_in(file), "x"); }

int set_limit(const ResourceFiles &files, Resource resource, std::uint64_t most) {
    const sys::Fd &file = files.limits[static_cast<std::size_t>(resource)];
    if (!file)
        return EOPNOTSUPP;
    if (resource == Resource::io && files.disk.empty())
        return ENODEV;
    const std::string text = plan::limit_text(resource, most, files.disk);
    return ::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

bool is_limited(const ResourceFiles &files, Resource resource) {
    return files.limits[static_cast<std::size_t>(resource)] &&
           (resource != Resource::io || !files.disk.empty());
}

} // namespace

ResourceGroup::ResourceGroup(const plan::ResourceLimits &limits, const sys::Fd &tree)
    : unit_(delegated_group()) {
    if (unit_) {
        // Before a controller is switched on: the kernel refuses it in a group that has processes of its own.
        if (!make_group(unit_, session_group) || !make_group(unit_, supervisor_group) ||
            !write_to(unit_, std::string(session_group) + "/cgroup.procs", "0"))
            fail(Rung::limits, "group of processes");
        for (const char *controller : {"+memory", "+cpu", "+pids", "+io"})
            (void)write_to(unit_, "cgroup.subtree_control", controller); // each that this kernel has
        for (const Resource resource : plan::all_resources)
            files_.limits[static_cast<std::size_t>(resource)] =
                open_file(unit_, plan::limit_file(resource), O_WRONLY);
        files_.memory = open_file(unit_, "memory.current", O_RDONLY);
        files_.memory_events = open_file(unit_, "memory.events", O_RDONLY);
        files_.cpu = open_file(unit_, "cpu.stat", O_RDONLY);
        files_.tasks = open_file(unit_, "pids.current", O_RDONLY);
        files_.io = open_file(unit_, "io.stat", O_RDONLY);
        files_.disk = disk_of(tree);
    }
    for (const Resource resource : plan::all_resources)
        if (limits.of(resource) != 0)
            if (const int error = set_limit(files_, resource, limits.of(resource)); error != 0)
                fail(Rung::limits, std::string(plan::to_text(resource)), error);
}

void ResourceGroup::leave() const {
    if (unit_ && !write_to(unit_, std::string(supervisor_group) + "/cgroup.procs", "0"))
        fail(Rung::limits, "group of processes");
}

plan::ResourceReport answer(const ResourceFiles &files, const plan::ResourceOrder &order) {
    plan::ResourceReport report;
    for (const Resource resource : plan::all_resources) {
        if (is_limited(files, resource))
            report.limited |= 1U << static_cast<unsigned>(resource);
        const std::uint64_t most = order.limits.of(resource);
        // What has no file has no limit either.
        if (order.set == 1 && report.error == 0 && (most != 0 || is_limited(files, resource))) {
            report.error = set_limit(files, resource, most);
            report.failed = resource;
        }
    }
    report.use.memory = number_in(files.memory);
    report.use.cpu = plan::number_of_key(text_in(files.cpu), "usage_usec");
    report.use.tasks = number_in(files.tasks);
    report.use.io = plan::io_bytes(text_in(files.io));
    report.use.oom_kills = plan::number_of_key(text_in(files.memory_events), "oom_kill");
    return report;
}

} // namespace frank::launcher

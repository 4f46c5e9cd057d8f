#include "daemon/launcher/blueprint.hpp"

#include "daemon/launcher/emulator.hpp"
#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/host_table.hpp"
#include "daemon/launcher/seccomp_filter.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/user_network.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace frank::launcher {

namespace {

using plan::Rung;
using plan::StepKind;

constexpr std::uint64_t read_only = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

/// A detached clone of what is at `path`, with `attributes` set before anybody can reach it.
sys::Fd clone_mount(int dir, const char *path, unsigned flags, std::uint64_t attributes, Rung rung) {
    sys::Fd mount(::open_tree(dir, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags));
    if (!mount)
        fail(rung, path);
    mount_attr change{};
    change.attr_set = attributes;
    change.propagation = MS_PRIVATE;
    if (set_attributes(mount.get(), flags & AT_RECURSIVE, change) != 0)
        fail(rung, path);
    return mount;
}

/// The node itself, with the numbers of linux/Documentation/admin-guide/devices.txt; an image never provides
/// one.
sys::Fd clone_device(const std::string &path) {
    struct Known {
        std::string_view path;
        unsigned major, minor;
    };
    constexpr std::array known{Known{"/dev/null", 1, 3},    Known{"/dev/zero", 1, 5},
                               Known{"/dev/full", 1, 7},    Known{"/dev/random", 1, 8},
                               Known{"/dev/urandom", 1, 9}, Known{"/dev/tty", 5, 0}};
    sys::Fd mount =
        clone_mount(AT_FDCWD, path.c_str(), 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, Rung::host_files);
    struct stat st {};
    const auto *entry =
        std::find_if(known.begin(), known.end(), [&](const Known &k) { return k.path == path; });
    if (::fstat(mount.get(), &st) != 0 || entry == known.end() || !S_ISCHR(st.st_mode) ||
        st.st_rdev != makedev(entry->major, entry->minor))
        fail(Rung::host_files, path, ENODEV);
    return mount;
}

void ready_host_file(ReadyStep &ready) {
    struct stat st {};
    if (::stat(ready.step.source.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) {
        ready.skip = true;
        return;
    }
    ready.mount =
        clone_mount(AT_FDCWD, ready.step.source.c_str(), 0, read_only | MOUNT_ATTR_NOEXEC, Rung::host_files);
}

void ready_host_tree(ReadyStep &ready) {
    struct stat st {};
    std::array<char, 256> link{};
    if (::lstat(ready.step.source.c_str(), &st) != 0) {
        ready.skip = true;
    } else if (S_ISLNK(st.st_mode)) {
        const ssize_t length = ::readlink(ready.step.source.c_str(), link.data(), link.size() - 1);
        ready.link.assign(link.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    } else {
        ready.mount =
            clone_mount(AT_FDCWD, ready.step.source.c_str(), AT_RECURSIVE, read_only, Rung::host_files);
    }
}

ReadyStep ready(plan::MountStep step, const plan::LaunchRequest &request, const Storage &storage,
                const std::string &libexec) {
    ReadyStep result{std::move(step), {}};
    switch (result.step.kind) {
    case StepKind::tree:
        result.mount = clone_tree(request, storage);
        break;
    case StepKind::device:
        result.mount = clone_device(result.step.source);
        break;
    case StepKind::host_file:
        ready_host_file(result);
        break;
    case StepKind::host_tree:
        ready_host_tree(result);
        break;
    case StepKind::tools:
        result.mount = clone_mount(AT_FDCWD, libexec.c_str(), AT_RECURSIVE, read_only, Rung::host_files);
        break;
    case StepKind::emulator:
        if (result.step.source.empty())
            result.mount =
                clone_mount(AT_FDCWD, find_emulator(result.step.arch).c_str(), 0, read_only, Rung::emulator);
        break;
    default:
        break;
    }
    return result;
}

/// The interpreter is opened through a read-only detached clone: /proc/PID/exe of an emulated process then
/// leads to a mount on which nothing can be written or chmod-ed, whoever asks. A workshop takes the emulator
/// itself, since bootstrap tools chroot and frank-exec's table would be out of reach there.
void register_interpreters(Blueprint &blueprint, const std::string &libexec) {
    const auto &request = blueprint.request;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < request.arch_count; ++i) {
        const plan::Arch arch = request.arches[i];
        if (std::find(names.begin(), names.end(), plan::entry_name(arch)) != names.end())
            continue;
        names.push_back(plan::entry_name(arch));
        // What was given is the session's own file by then, in the tree that build_root() put at /tmp.
        const std::string inside = plan::emulator_path_in_session(arch);
        if (request.op == plan::LaunchOp::start_workshop && request.emulator != plan::Arch::none &&
            inside == plan::emulator_path_in_session(request.emulator)) {
            blueprint.registrations.push_back(plan::registration_line(arch, "/tmp" + inside, "PFC"));
            continue;
        }
        const std::string path =
            request.op == plan::LaunchOp::start_workshop ? find_emulator(arch) : libexec + "/frank-exec";
        blueprint.interpreters.push_back(clone_mount(AT_FDCWD, path.c_str(), 0, read_only, Rung::emulator));
        const std::string name = "/proc/self/fd/" + std::to_string(blueprint.interpreters.back().get());
        blueprint.registrations.push_back(plan::registration_line(arch, name, "PFC"));
    }
}

/// Copied: whatever becomes of the file afterwards is nothing to us.
std::vector<std::byte> read_given(int fd, std::size_t max_bytes, const char *what) {
    struct stat st {};
    if (::fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0 ||
        static_cast<std::size_t>(st.st_size) > max_bytes)
        fail(Rung::request, what, EINVAL);
    std::vector<std::byte> bytes(static_cast<std::size_t>(st.st_size));
    if (::pread(fd, bytes.data(), bytes.size(), 0) != st.st_size)
        fail(Rung::request, what, EIO);
    return bytes;
}

/// A memory file that nobody can change any more. What is in it is the session's own affair: it only ever
/// runs there.
sys::Fd sealed_emulator(sys::Fd file) {
    constexpr int needed = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
    const int seals = ::fcntl(file.get(), F_GET_SEALS);
    struct stat st {};
    if (seals < 0 || (seals & needed) != needed || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode) ||
        static_cast<std::uint64_t>(st.st_size) > plan::max_emulator_bytes)
        fail(Rung::request, "an emulator", EINVAL);
    return file;
}

plan::BoardTexts read_board(int fd) {
    auto texts =
        plan::decode_board_files(read_given(fd, plan::board_files_max_bytes, "the texts of a board"));
    if (!texts)
        fail(Rung::request, "the texts of a board", EINVAL);
    return std::move(*texts);
}

/// A board may lack some of them: then the kernel's own stay in sight.
void leave_out_missing(std::vector<ReadyStep> &steps, const plan::BoardTexts &board) {
    std::vector<std::string> there;
    for (ReadyStep &ready : steps) {
        if (ready.step.kind == StepKind::board_file) {
            const auto source = std::ranges::find(plan::board_sources, ready.step.source);
            const auto index = static_cast<std::size_t>(source - plan::board_sources.begin());
            ready.skip = index >= board.size() || board[index].empty();
            if (!ready.skip)
                there.push_back(ready.step.target);
        } else if (ready.step.kind == StepKind::board_view) {
            ready.skip = std::ranges::none_of(
                there, [&](const std::string &path) { return path.starts_with(ready.step.source); });
        }
    }
}

std::string hosts_text(const char *name) {
    const sys::Fd etc(::open("/etc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::string text = sys::read_file(etc.get(), "hosts", 1U << 20).value_or("127.0.0.1\tlocalhost\n");
    if (!text.empty() && text.back() != '\n')
        text += '\n';
    return text + "127.0.1.1\t" + name + "\n";
}

/// frank-net's name server, and what else this machine's resolv.conf says (resolv.conf(5)).
std::string resolver_text() {
    std::array<char, INET_ADDRSTRLEN> server{};
    const in_addr address{htonl(plan::user_network_nameserver)};
    (void)::inet_ntop(AF_INET, &address, server.data(), server.size());
    std::string text = "nameserver " + std::string(server.data()) + "\n";
    constexpr std::size_t limit = 65536;
    std::istringstream file(sys::read_file(AT_FDCWD, "/etc/resolv.conf", limit).value_or(""));
    for (std::string line; text.size() < 4096 && std::getline(file, line);)
        if (line.starts_with("search") || line.starts_with("options") || line.starts_with("domain"))
            text += line + "\n";
    return text;
}

} // namespace

Blueprint draw(const plan::LaunchRequest &request, std::vector<sys::Fd> fds, const Storage &storage,
               const Settings &settings) {
    const std::string &libexec = settings.libexec;
    const bool given = request.emulator != plan::Arch::none;
    if (fds.size() != (given ? 5 : 4))
        fail(Rung::request, "a start with too few or too many descriptors", EINVAL);
    Blueprint blueprint;
    blueprint.request = request;
    blueprint.control = std::move(fds[0]);
    blueprint.supervisor = std::move(fds[1]);
    blueprint.exec_table = read_given(fds[2].get(), plan::exec_table_max_bytes, "an exec table");
    blueprint.board = read_board(fds[3].get());
    if (given)
        blueprint.emulator = sealed_emulator(std::move(fds[4]));
    blueprint.init = clone_mount(AT_FDCWD, (libexec + "/frank-init").c_str(), 0, read_only, Rung::exec_init);
    for (plan::MountStep step : plan::mount_plan(request))
        blueprint.steps.push_back(ready(std::move(step), request, storage, libexec));
    leave_out_missing(blueprint.steps, blueprint.board);
    blueprint.own_table = private_tables(settings);
    if (blueprint.own_table)
        register_interpreters(blueprint, libexec);
    else if (request.arch_count > 0) // a workshop runs this machine's own programs
        HostTable(settings).must_serve({request.arches.begin(), request.arch_count});
    blueprint.hosts = hosts_text(request.hostname.data());
    if (request.network == plan::Network::user)
        blueprint.resolver = resolver_text();
    blueprint.seccomp_filter = seccomp_filter();
    blueprint.id_map =
        "0 " + std::to_string(request.id_base) + " " + std::to_string(plan::id_range_size) + "\n";
    return blueprint;
}

} // namespace frank::launcher

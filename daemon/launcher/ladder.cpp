// Three processes. The launcher: root, in the machine's namespaces; maps ids and waits. The builder: root of
// the outer user namespace only, which owns the binfmt table and the limit on further namespaces; builds the
// mounts. The session: first process of the inner user namespace; when it takes its copy of the builder's
// mounts the kernel locks every one of them (user_namespaces(7), mount_namespaces(7)), so that the session's
// root cannot undo a flag or uncover a target.

#include "daemon/launcher/ladder.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/id_map.hpp"
#include "daemon/launcher/report.hpp"
#include "daemon/launcher/session_child.hpp"
#include "daemon/launcher/steps.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/message_socket.hpp"

#include <cstdio>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

using plan::Rung;

/// What the children share; plain numbers.
struct Channels {
    int report;       ///< failures, and the session's pidfd
    int go_read;      ///< launcher → builder: you are mapped
    int session_read; ///< builder → session: the mounts are ready
    int session_write;
    int lifeline; ///< the session's end
};

bool become_mapped_root() noexcept {
    return ::setresgid(0, 0, 0) == 0 && ::setgroups(0, nullptr) == 0 && ::setresuid(0, 0, 0) == 0;
}

bool write_number(const char *path, int number) noexcept {
    std::array<char, 16> text{};
    const int length = std::snprintf(text.data(), text.size(), "%d", number);
    const sys::Fd file(::open(path, O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), static_cast<std::size_t>(length)) == length;
}

/// Here, in the outer namespace, where the session's root has no say: one user namespace below us, no more.
bool limit_namespaces(const Blueprint &blueprint) noexcept {
    const int networks = plan::is_own(blueprint.request.network) ? 1 : 0;
    return write_number("/proc/sys/user/max_user_namespaces", 1) &&
           write_number("/proc/sys/user/max_net_namespaces", networks);
}

bool map_inner(pid_t session) noexcept {
    for (const char *file : {"uid_map", "gid_map"}) {
        std::array<char, 64> path{};
        (void)std::snprintf(path.data(), path.size(), "/proc/%d/%s", session, file);
        const sys::Fd map(::open(path.data(), O_WRONLY | O_CLOEXEC));
        constexpr std::string_view line = "0 0 65536\n";
        if (!map || ::write(map.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            return false;
    }
    return true;
}

/// procfs shows the pid namespace of whoever mounts it, so a short-lived child goes there; it is in our mount
/// namespace and user namespace, in which this machine's own procfs is still in sight (the kernel asks for
/// that).
void mount_views_in(const Blueprint &blueprint, int session_pidfd, int root, int report) noexcept {
    const int where = CLONE_NEWPID | (plan::is_own(blueprint.request.network) ? CLONE_NEWNET : 0);
    if (::setns(session_pidfd, where) != 0)
        report_and_exit(report, failure(Rung::proc, errno, "in the session's namespaces"));
    const pid_t child = ::fork();
    if (child < 0)
        report_and_exit(report, failure(Rung::proc, errno));
    if (child == 0) {
        Failure why;
        if (!mount_kernel_views(blueprint, root, why))
            report_and_exit(report, why);
        ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
        ::_exit(1); // it has told why
}

bool enter_root(int root) noexcept {
    return ::fchdir(root) == 0 && pivot_root(".", ".") == 0 && ::umount2(".", MNT_DETACH) == 0 &&
           ::chdir("/") == 0;
}

[[noreturn]] void build(const Blueprint &blueprint, const Channels &channels) noexcept {
    char byte = 0;
    Failure why;
    // We have every capability in the outer namespace and none outside; ids come with the launcher's map.
    if (::read(channels.go_read, &byte, 1) != 1)
        ::_exit(1);
    if (!become_mapped_root())
        report_and_exit(channels.report, failure(Rung::id_map, errno));
    // Changing ids made us undumpable, and /proc/self ours no more: registering needs /proc/self/fd.
    if (::prctl(PR_SET_DUMPABLE, 1) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        report_and_exit(channels.report, failure(Rung::namespaces, errno));
    (void)::umask(0);
    if (!limit_namespaces(blueprint))
        report_and_exit(channels.report, failure(Rung::namespaces, errno, "(limit on namespaces)"));
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        report_and_exit(channels.report, failure(Rung::namespaces, errno));
    const int root = build_root(blueprint, why);
    const int binfmt = root >= 0 && blueprint.own_table ? make_binfmt(blueprint, why) : -1;
    if (root < 0 || (binfmt < 0 && blueprint.own_table))
        report_and_exit(channels.report, why);

    std::uint64_t spaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
    if (plan::is_own(blueprint.request.network))
        spaces |= CLONE_NEWNET;
    int pidfd = -1;
    const pid_t session = fork_into(spaces, &pidfd);
    if (session < 0)
        report_and_exit(channels.report, failure(Rung::namespaces, errno));
    if (session == 0) {
        (void)::close(channels.session_write); // else we would never see the builder die
        run_session(blueprint, {channels.report, channels.session_read, channels.lifeline});
    }
    if (!map_inner(session))
        report_and_exit(channels.report, failure(Rung::id_map, errno));
    mount_views_in(blueprint, pidfd, root, channels.report);
    if (!attach_binfmt(blueprint, root, binfmt, why))
        report_and_exit(channels.report, why);
    if (!enter_root(root))
        report_and_exit(channels.report, failure(Rung::pivot, errno));
    // From here on the session's root directory is the new one as well: pivot_root(2) moves every process.
    if (!report_session(channels.report, session, pidfd) || ::write(channels.session_write, "g", 1) != 1)
        ::_exit(1);
    ::_exit(0);
}

/// Maps the builder's ids, tells it to go on, and waits for what it reports of the session.
Started let_go(const Blueprint &blueprint, pid_t builder, sys::Fd go_write, const sys::Fd &report) {
    try {
        map_ids(builder, blueprint.id_map.c_str(), blueprint.id_map.c_str());
    } catch (...) {
        go_write.reset();
        (void)::waitpid(builder, nullptr, 0);
        throw;
    }
    (void)!::write(go_write.get(), "g", 1); // a builder that died shows on the report
    go_write.reset();
    return await_session(report.get(), builder);
}

} // namespace

Started climb(const Blueprint &blueprint) {
    auto [report_here, report_there] = sys::seqpacket_pair();
    auto [lifeline_here, lifeline_there] = sys::seqpacket_pair();
    int go[2];
    int gate[2];
    sys::must(::pipe2(go, O_CLOEXEC), "make a pipe");
    sys::Fd go_read(go[0]);
    sys::Fd go_write(go[1]);
    sys::must(::pipe2(gate, O_CLOEXEC), "make a pipe");
    sys::Fd gate_read(gate[0]);
    sys::Fd gate_write(gate[1]);
    // The session becomes our child when the builder has gone.
    sys::must(::prctl(PR_SET_CHILD_SUBREAPER, 1), "become a subreaper");

    const pid_t builder = fork_into(CLONE_NEWUSER, nullptr);
    if (builder < 0)
        fail(Rung::namespaces, "a user namespace");
    if (builder == 0) {
        (void)::close(go_write.get()); // our copies of the far ends would keep them from ever closing
        (void)::close(report_here.get());
        (void)::close(lifeline_here.get());
        build(blueprint,
              {report_there.get(), go_read.get(), gate_read.get(), gate_write.get(), lifeline_there.get()});
    }
    report_there.reset();
    lifeline_there.reset();
    gate_read.reset();
    gate_write.reset();
    Started started = let_go(blueprint, builder, std::move(go_write), report_here);
    started.lifeline = std::move(lifeline_here);
    return started;
}

} // namespace frank::launcher

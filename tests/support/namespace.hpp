// For tests: runs code as mapped root in a user and a mount namespace of its own, in a forked child. What it
// mounts ends with it; the host's mounts are never touched. Needs root outside, since only root may map a
// range of ids.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <grp.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::test {

/// What ids 0 to 65535 inside are outside: the same range as frankend's own trees on disk.
inline constexpr std::uint32_t mapped_id_base = 2147352576;
inline constexpr int body_threw = 99;   ///< exit code of a body that threw
inline constexpr int no_namespace = 98; ///< exit code where the kernel gave no namespace

inline bool write_map(pid_t pid, const char *which) {
    const std::string path = "/proc/" + std::to_string(pid) + "/" + which;
    const std::string line = "0 " + std::to_string(mapped_id_base) + " 65536";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (fd >= 0)
        (void)::close(fd);
    return done;
}

/// In the child: namespaces, then root in them once the parent has written the maps. Mount events stay
/// inside.
inline bool become_mapped_root(int flags, int tell, int wait) {
    char byte = 'x';
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS | flags) != 0)
        return false;
    if (::write(tell, &byte, 1) != 1 || ::read(wait, &byte, 1) != 1)
        return false;
    const gid_t group = 0;
    return ::setresgid(0, 0, 0) == 0 && ::setgroups(1, &group) == 0 && ::setresuid(0, 0, 0) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// The exit code of `body`, run in the child; 128 + N where signal N ended it. `flags`: more namespaces,
/// CLONE_NEW*. With CLONE_NEWPID the body is the first process of the new one.
inline int run_as_mapped_root(const std::function<int()> &body, int flags = 0) {
    std::array<int, 2> to_parent{}, to_child{};
    if (::pipe2(to_parent.data(), O_CLOEXEC) != 0 || ::pipe2(to_child.data(), O_CLOEXEC) != 0)
        return no_namespace;
    (void)std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0)
        return no_namespace;
    if (child == 0) {
        (void)::close(to_parent[0]);
        (void)::close(to_child[1]); // so that a dead parent is an end of file
        int code = no_namespace;
        try {
            if (become_mapped_root(flags, to_parent[1], to_child[0])) {
                const pid_t first = (flags & CLONE_NEWPID) != 0 ? ::fork() : 0;
                if (first == 0)
                    code = body();
                int status = 0;
                if (first > 0 && ::waitpid(first, &status, 0) == first)
                    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
        } catch (const std::exception &error) {
            (void)std::fprintf(stderr, "%s\n", error.what());
            code = body_threw;
        }
        (void)std::fflush(nullptr);
        ::_exit(code);
    }
    (void)::close(to_parent[1]);
    (void)::close(to_child[0]);
    char byte = 0;
    const bool asked = ::read(to_parent[0], &byte, 1) == 1;
    if (asked && write_map(child, "uid_map") && write_map(child, "gid_map"))
        (void)!::write(to_child[1], &byte, 1);
    (void)::close(to_parent[0]);
    (void)::close(to_child[1]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Why such tests cannot run here; empty where they can. For GTEST_SKIP().
inline std::string why_no_namespace() {
    if (::geteuid() != 0)
        return "needs root, to map a range of ids into a user namespace";
    if (run_as_mapped_root([] { return 0; }) != 0)
        return "this kernel gives no user and mount namespace here";
    return {};
}

/// A directory that mapped root owns and reaches, gone with this object. Mount a tmpfs on it inside.
class MappedDirectory {
  public:
    MappedDirectory() {
        const char *parent = std::getenv("TMPDIR");
        path_ = std::string(parent != nullptr ? parent : "/tmp") + "/frank-test-XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr || ::chown(path_.c_str(), mapped_id_base, mapped_id_base) != 0)
            std::abort();
    }
    MappedDirectory(const MappedDirectory &) = delete;
    MappedDirectory &operator=(const MappedDirectory &) = delete;
    ~MappedDirectory() { (void)::rmdir(path_.c_str()); }

    const std::string &path() const { return path_; }
    /// Inside run_as_mapped_root() only. `options`: such as "size=1m".
    bool mount_tmpfs(const char *options = "mode=0755") const {
        return ::mount("frank-test", path_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
    }

  private:
    std::string path_;
};

} // namespace frank::test

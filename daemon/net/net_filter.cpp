#include "daemon/net/net_filter.hpp"

#include "daemon/sys/fd.hpp"

#include <array>
#include <memory>
#include <seccomp.h>

namespace frank::net {

namespace {

constexpr std::array allowed{
    // sockets
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(listen),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    SCMP_SYS(socket),
    // frames, waiting, and /etc/resolv.conf, which libslirp reads again when it has changed
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(ioctl),
    SCMP_SYS(lseek),
    SCMP_SYS(newfstatat),
    SCMP_SYS(openat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(stat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    // memory, time, the end
    SCMP_SYS(brk),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(getpid),
    SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(gettid),
    SCMP_SYS(madvise),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(munmap),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(tgkill),
};

void check(int result) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), "load a system call filter");
}

} // namespace

void load_net_filter() {
    const std::unique_ptr<void, void (*)(void *)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)),
                                                         [](void *context) { seccomp_release(context); });
    if (!filter)
        check(-ENOMEM);
    for (const int call : allowed)
        check(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0));
    check(seccomp_load(filter.get()));
}

} // namespace frank::net

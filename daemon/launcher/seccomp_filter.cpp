#include "daemon/launcher/seccomp_filter.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/sys/fd.hpp"

#include <array>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace frank::launcher {

namespace {

constexpr std::array denied{
    SCMP_SYS(acct),
    SCMP_SYS(add_key),
    SCMP_SYS(adjtimex),
    SCMP_SYS(bpf),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(clock_settime),
    SCMP_SYS(delete_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(init_module),
    SCMP_SYS(ioperm),
    SCMP_SYS(iopl),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(nfsservctl),
    SCMP_SYS(pciconfig_read),
    SCMP_SYS(pciconfig_write),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(quotactl),
    SCMP_SYS(reboot),
    SCMP_SYS(request_key),
    SCMP_SYS(settimeofday),
    SCMP_SYS(stime),
    SCMP_SYS(swapoff),
    SCMP_SYS(swapon),
    SCMP_SYS(syslog),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(vm86),
    SCMP_SYS(vm86old),
};

} // namespace

std::vector<std::byte> seccomp_filter() {
    const std::unique_ptr<void, void (*)(void *)> filter(seccomp_init(SCMP_ACT_ALLOW),
                                                         [](void *context) { seccomp_release(context); });
    if (!filter)
        fail(plan::Rung::session, "a system call filter", ENOMEM);
    if (const int rc = seccomp_arch_add(filter.get(), SCMP_ARCH_X86); rc != 0 && rc != -EEXIST)
        fail(plan::Rung::session, "a system call filter", -rc);
    // sudo and its like must work: the filter is loaded with the session root's capability, not with
    // no_new_privs.
    for (const int call : denied)
        if (const int rc = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0); rc != 0)
            fail(plan::Rung::session, "a system call filter", -rc);
    const sys::Fd memory(::memfd_create("seccomp", MFD_CLOEXEC));
    struct stat st {};
    if (!memory || seccomp_export_bpf(filter.get(), memory.get()) != 0 || ::fstat(memory.get(), &st) != 0)
        fail(plan::Rung::session, "a system call filter");
    std::vector<std::byte> program(static_cast<std::size_t>(st.st_size));
    if (::pread(memory.get(), program.data(), program.size(), 0) != st.st_size)
        fail(plan::Rung::session, "a system call filter", EIO);
    return program;
}

} // namespace frank::launcher

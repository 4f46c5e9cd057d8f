// frank-exec: what binfmt_misc runs for a foreign program. It has nothing but its arguments and the session's
// exec table, and is gone at its exec.
#include "daemon/guest/exec_dispatch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/auxv.h>

namespace {

/// The program as the kernel opened it (flag O or C), else as we find it.
frank::guest::Fd open_binary(const char *file) {
    errno = 0;
    const unsigned long given = ::getauxval(AT_EXECFD);
    if (given == 0 && errno == ENOENT)
        return frank::guest::Fd(::open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    // The kernel's descriptor would stay open in the program that comes next.
    (void)::fcntl(static_cast<int>(given), F_SETFD, FD_CLOEXEC);
    return frank::guest::Fd(static_cast<int>(given));
}

} // namespace

int main(int argc, char **argv, char **environment) {
    constexpr unsigned long preserves_argv0 =
        1; // AT_FLAGS_PRESERVE_ARGV0 (linux/binfmts.h): flag P, Linux 5.12
    if (argc < 2 || (::getauxval(AT_FLAGS) & preserves_argv0) == 0) {
        constexpr std::string_view message = "frank-exec is run by the kernel, not by hand\n";
        (void)!::write(STDERR_FILENO, message.data(), message.size());
        return 126;
    }
    // A setuid program: its caller must not have the emulator open a log or a debugger's door with other
    // rights.
    const bool secure = ::getauxval(AT_SECURE) != 0;
    if (secure)
        frank::guest::drop_emulator_settings(environment);
    frank::guest::ForeignCall call{argv[0], argv[1], argv + 2, argc - 2, environment, open_binary(argv[1]),
                                   secure};
    if (!call.binary) {
        frank::guest::complain(call.file, "cannot be opened", errno);
        return 126;
    }
    return frank::guest::dispatch(call);
}

// What frank-exec does with a foreign program: its native twin where a verified one exists, else the
// emulator.
#pragma once

#include "daemon/guest/fd.hpp"

namespace frank::guest {

/// As binfmt_misc gives them with flag P.
struct ForeignCall {
    const char *name;  ///< as what we are registered: argv[0]
    const char *file;  ///< full path, or as the caller wrote it
    char *const *argv; ///< the program's own: argv[0] may be anything, and there may be none
    int argc;
    char *const *environment;
    Fd binary;   ///< the program itself, O_CLOEXEC
    bool secure; ///< AT_SECURE: a setuid program, whose rights its caller does not have
};

/// Comes back only where nothing could be executed; then it has said so on stderr. 127: no emulator; 126: all
/// else.
int dispatch(const ForeignCall &call);
/// Takes QEMU_* out of it, in place.
void drop_emulator_settings(char **environment);
/// One line on stderr: "frank-exec: SUBJECT: WHAT (ENOENT)"; no name for error 0.
void complain(const char *subject, const char *what, int error);

} // namespace frank::guest

// frank-machine.so: goes along with those native tools that ask the kernel what machine this is, before the C
// library in their search order. They are told what the guest's programs are.
#include "daemon/guest/guest_answer.hpp"

#include <cstring>
#include <sys/syscall.h>
#include <sys/utsname.h>

namespace {

/// The emulator's answer depends on the CPU that it was given, so it is asked: uname(1) never has a twin.
/// Nothing is changed where it cannot be.
void ask_for_machine(char *machine, std::size_t room) {
    const char *const argv[] = {"uname", "-m", nullptr};
    char answer[sizeof(utsname::machine)];
    const ssize_t count = frank::guest::ask_guest("/usr/bin/uname", argv, answer, sizeof answer).size;
    if (count > 1 && static_cast<std::size_t>(count) <= room && answer[count - 1] == '\n') {
        answer[count - 1] = '\0';
        std::memcpy(machine, answer, static_cast<std::size_t>(count));
    }
}

} // namespace

/// uname(2), with the guest's machine.
extern "C" [[gnu::visibility("default")]] int uname(struct utsname *name) noexcept {
    const int result = static_cast<int>(::syscall(SYS_uname, name));
    const int error = errno;
    if (result == 0)
        ask_for_machine(name->machine, sizeof name->machine);
    errno = error;
    return result;
}

// frank-machine.so: goes along with those native tools that ask the kernel what machine this is, or where
// they are, before the C library in their search order. They are told what the guest's programs are.
#include "daemon/guest/guest_answer.hpp"
#include "daemon/plan/twin.hpp"

#include <algorithm>
#include <climits>
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

/// Takes the directory of the twins off the path of one; the length that is left.
std::size_t as_guests(char *path, std::size_t length) {
    const std::size_t native = std::strlen(frank::plan::twin_directory);
    if (length <= native || path[native] != '/' ||
        std::memcmp(path, frank::plan::twin_directory, native) != 0)
        return length;
    std::memmove(path, path + native, length - native);
    return length - native;
}

} // namespace

/// readlink(2), for a program's question where it is itself: it looks for its own parts from there.
extern "C" [[gnu::visibility("default")]] ssize_t readlink(const char *path, char *buf,
                                                           std::size_t len) noexcept {
    const bool itself = std::strcmp(path, "/proc/self/exe") == 0;
    char whole[PATH_MAX];
    if (!itself)
        return ::syscall(SYS_readlink, path, buf, len);
    const ssize_t length = ::syscall(SYS_readlink, path, whole, sizeof whole);
    if (length <= 0)
        return length;
    const std::size_t left = std::min(as_guests(whole, static_cast<std::size_t>(length)), len);
    std::memcpy(buf, whole, left);
    return static_cast<ssize_t>(left);
}

/// uname(2), with the guest's machine.
extern "C" [[gnu::visibility("default")]] int uname(struct utsname *name) noexcept {
    const int result = static_cast<int>(::syscall(SYS_uname, name));
    const int error = errno;
    if (result == 0)
        ask_for_machine(name->machine, sizeof name->machine);
    errno = error;
    return result;
}

// The start of frank-exec, and the few functions of libc that it uses, without libc: made before the first
// line of main, static glibc asks the processor for its features with some forty CPUID instructions, and each
// of them leaves a virtual machine for its hypervisor (8 to 13 microseconds, measured). That was most of what
// frank-exec added to an exec. Names and behaviour are POSIX's and the Linux man pages'; no lock, no locale.
#include "daemon/guest/exec_ask.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

// As the kernel leaves it (System V ABI for AMD64, "Initial Stack and Register State"): argc, argv, an empty
// entry, the environment, an empty entry, the auxiliary vector.
asm(R"(
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp
    mov (%rsp), %rdi
    lea 8(%rsp), %rsi
    lea 16(%rsp,%rdi,8), %rdx
    and $-16, %rsp
    push %rbp
    push %rbp
    push %rdx
    push %rbp
    mov %rsp, (%rsp)
    mov %rdi, %rbx
    mov %rsi, %r12
    mov $0x1002, %edi
    mov %rsp, %rsi
    mov $158, %eax
    syscall
    mov %rbx, %rdi
    mov %r12, %rsi
    mov 8(%rsp), %rdx
    call main
    mov %eax, %edi
    mov $231, %eax
    syscall
)"); // 158: arch_prctl, 0x1002: ARCH_SET_FS; 231: exit_group

using frank::guest::ask;

namespace {

/// Lies on the stack, and FS points to it: variables of the program's own would cost a writable mapping and a
/// page at each exec, twenty times the system call. As in any thread, the first word says where it is.
struct Thread {
    Thread *self;
    char **environment;
    int error;
    long unused; // the stack stays aligned to 16 bytes
};
static_assert(offsetof(Thread, environment) == 8 && sizeof(Thread) == 32); // _start pushes them

Thread &thread() {
    Thread *self = nullptr;
    asm("mov %%fs:0, %0" : "=r"(self));
    return *self;
}

/// Compilers make calls of strlen() and its like out of loops that do the same: not of ours.
inline void stay_a_loop() { asm volatile(""); }

struct ErrorName {
    int error;
    const char *name;
};
/// What execve(2) and open(2) can end with.
constexpr ErrorName error_names[] = {{EPERM, "EPERM"},
                                     {ENOENT, "ENOENT"},
                                     {EIO, "EIO"},
                                     {E2BIG, "E2BIG"},
                                     {ENOEXEC, "ENOEXEC"},
                                     {EBADF, "EBADF"},
                                     {EAGAIN, "EAGAIN"},
                                     {ENOMEM, "ENOMEM"},
                                     {EACCES, "EACCES"},
                                     {EFAULT, "EFAULT"},
                                     {EBUSY, "EBUSY"},
                                     {ENODEV, "ENODEV"},
                                     {ENOTDIR, "ENOTDIR"},
                                     {EISDIR, "EISDIR"},
                                     {EINVAL, "EINVAL"},
                                     {ENFILE, "ENFILE"},
                                     {EMFILE, "EMFILE"},
                                     {ETXTBSY, "ETXTBSY"},
                                     {EROFS, "EROFS"},
                                     {ELOOP, "ELOOP"},
                                     {ENOSYS, "ENOSYS"},
                                     {ELIBBAD, "ELIBBAD"},
                                     {ESTALE, "ESTALE"},
                                     {ETIMEDOUT, "ETIMEDOUT"},
                                     {ENAMETOOLONG, "ENAMETOOLONG"},
                                     {EOVERFLOW, "EOVERFLOW"}};

} // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc's headers use reserved names
extern "C" {

int *__errno_location() noexcept { return &thread().error; }

int open(const char *path, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(rest, unsigned) : 0;
    va_end(rest);
    return static_cast<int>(ask(SYS_open, path, flags, mode));
}

int close(int fd) { return static_cast<int>(ask(SYS_close, fd)); }

int fcntl(int fd, int command, ...) {
    std::va_list rest;
    va_start(rest, command);
    const long argument = va_arg(rest, long);
    va_end(rest);
    return static_cast<int>(ask(SYS_fcntl, fd, command, argument));
}

int fstat(int fd, struct stat *status) noexcept { return static_cast<int>(ask(SYS_fstat, fd, status)); }
int access(const char *path, int mode) noexcept { return static_cast<int>(ask(SYS_access, path, mode)); }
int unlink(const char *path) noexcept { return static_cast<int>(ask(SYS_unlink, path)); }
ssize_t pread(int fd, void *to, size_t size, off_t at) { return ask(SYS_pread64, fd, to, size, at); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    return ask(SYS_pwrite64, fd, bytes, size, at);
}
int ftruncate(int fd, off_t size) noexcept { return static_cast<int>(ask(SYS_ftruncate, fd, size)); }
ssize_t write(int fd, const void *bytes, size_t size) { return ask(SYS_write, fd, bytes, size); }
ssize_t writev(int fd, const iovec *parts, int count) { return ask(SYS_writev, fd, parts, count); }
ssize_t readlink(const char *path, char *to, size_t size) noexcept {
    return ask(SYS_readlink, path, to, size);
}
void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t at) noexcept {
    return reinterpret_cast<void *>(ask(SYS_mmap, where, size, protection, flags, fd, at)); // NOLINT
}
int execve(const char *path, char *const argv[], char *const environment[]) noexcept {
    return static_cast<int>(ask(SYS_execve, path, argv, environment));
}

unsigned long getauxval(unsigned long type) noexcept {
    char **entry = thread().environment;
    while (*entry != nullptr)
        ++entry;
    const auto *pair = reinterpret_cast<const unsigned long *>(entry + 1);
    for (; pair[0] != AT_NULL; pair += 2)
        if (pair[0] == type)
            return pair[1];
    errno = ENOENT;
    return 0;
}

void *memcpy(void *to, const void *from, size_t size) noexcept {
    void *at = to;
    asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t size) noexcept {
    void *at = to;
    asm volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
    return to;
}

int memcmp(const void *one, const void *other, size_t size) noexcept {
    const auto *a = static_cast<const unsigned char *>(one);
    const auto *b = static_cast<const unsigned char *>(other);
    for (; size > 0; --size, ++a, ++b, stay_a_loop())
        if (*a != *b)
            return *a - *b;
    return 0;
}

void *memchr(const void *bytes, int byte, size_t size) noexcept {
    const auto *at = static_cast<const unsigned char *>(bytes);
    for (; size > 0; --size, ++at, stay_a_loop())
        if (*at == static_cast<unsigned char>(byte))
            return const_cast<unsigned char *>(at);
    return nullptr;
}

size_t strlen(const char *text) noexcept {
    size_t length = 0;
    for (; text[length] != '\0'; ++length)
        stay_a_loop();
    return length;
}

size_t strnlen(const char *text, size_t most) noexcept {
    size_t length = 0;
    for (; length < most && text[length] != '\0'; ++length)
        stay_a_loop();
    return length;
}

int strncmp(const char *one, const char *other, size_t most) noexcept {
    for (; most > 0; --most, ++one, ++other, stay_a_loop())
        if (*one != *other || *one == '\0')
            return static_cast<unsigned char>(*one) - static_cast<unsigned char>(*other);
    return 0;
}

int strcmp(const char *one, const char *other) noexcept { return strncmp(one, other, SIZE_MAX); }

char *strrchr(const char *text, int letter) noexcept {
    const char *found = nullptr;
    for (;; ++text, stay_a_loop()) {
        if (*text == static_cast<char>(letter))
            found = text;
        if (*text == '\0')
            return const_cast<char *>(found);
    }
}

char *strchr(const char *text, int letter) noexcept {
    for (;; ++text, stay_a_loop()) {
        if (*text == static_cast<char>(letter))
            return const_cast<char *>(text);
        if (*text == '\0')
            return nullptr;
    }
}

char *strstr(const char *text, const char *part) noexcept {
    const size_t length = strlen(part);
    for (;; ++text, stay_a_loop()) {
        if (strncmp(text, part, length) == 0)
            return const_cast<char *>(text);
        if (*text == '\0')
            return nullptr;
    }
}

const char *strerrorname_np(int error) noexcept {
    for (const ErrorName &entry : error_names)
        if (entry.error == error)
            return entry.name;
    return nullptr;
}

} // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

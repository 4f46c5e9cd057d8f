// frank-git.so: goes along with the native git, before the C library in its search order, as frank-machine.so
// does with other tools. Where a native git would do what the guest's does not, it is kept from it.
#include "daemon/guest/guest_answer.hpp"

#include <cstring>
#include <dlfcn.h>
#include <gconv.h>
#include <iconv.h>

// musl has none, and its converters are all built in.
extern "C" [[gnu::weak]] const char *gnu_get_libc_version() noexcept;

namespace {

using Open = iconv_t (*)(const char *, const char *);
using OpenStream = void *(*)(const char *, const char *);

bool is_none(iconv_t converter) { return converter == reinterpret_cast<iconv_t>(-1); }

template <class Function> Function next(const char *name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// Every module that it consists of is there in the guest, too.
bool guest_has(iconv_t converter) {
    if (gnu_get_libc_version == nullptr)
        return true;
    const auto *const parts = static_cast<const __gconv_info *>(converter);
    const int directory =
        ::open("/run/frankend/native/gconv-of-guest", O_PATH | O_DIRECTORY | O_CLOEXEC); // plan/twin.hpp
    bool all = true;
    for (std::size_t i = 0; i < parts->__nsteps && all; ++i) {
        const char *const module = parts->__steps[i].__modname; // built in where there is none
        const char *const slash = module == nullptr ? nullptr : std::strrchr(module, '/');
        all = slash == nullptr || (directory >= 0 && ::faccessat(directory, slash + 1, R_OK, 0) == 0);
    }
    if (directory >= 0)
        (void)::close(directory);
    return all;
}

/// iconv(1) never has a twin.
bool guest_converts(const char *to, const char *from) {
    const char *const argv[] = {"iconv", "-f", from, "-t", to, nullptr};
    char answer[64];
    return frank::guest::ask_guest("/usr/bin/iconv", argv, answer, sizeof answer).status == 0;
}

/// Text that the guest's own git would convert must not stay as it is, unnoticed.
[[noreturn]] void give_up(const char *to, const char *from) {
    const char *const parts[] = {
        "frankend: the guest converts ", from, " to ", to,
        " and a native git cannot: run it with FRANKEND_ACCEL=off in its environment\n"};
    for (const char *part : parts)
        (void)!::write(STDERR_FILENO, part, std::strlen(part));
    ::_exit(128);
}

bool ends_with(const char *text, const char *end) {
    const std::size_t length = std::strlen(text), more = std::strlen(end);
    return length >= more && std::strcmp(text + length - more, end) == 0;
}

/// Of a commit-graph, which makes git quicker and says nothing that commits do not: the guest's may have
/// Bloom filters in it, which depend on whether a char has a sign.
bool is_hidden(const char *path) {
    return path != nullptr && (ends_with(path, "/info/commit-graph") ||
                               ends_with(path, "/info/commit-graphs/commit-graph-chain"));
}

int open_shown(const char *path, int flags, mode_t mode) {
    if ((flags & O_ACCMODE) == O_RDONLY && is_hidden(path)) {
        errno = ENOENT;
        return -1;
    }
    return ::openat(AT_FDCWD, path, flags, mode);
}

} // namespace

extern "C" {

/// iconv_open(3): what the guest's own says.
[[gnu::visibility("default")]] iconv_t iconv_open_as_guest(const char *to,
                                                           const char *from) asm("iconv_open");
iconv_t iconv_open_as_guest(const char *to, const char *from) {
    const iconv_t converter = next<Open>("iconv_open")(to, from);
    const int error = errno;
    if (is_none(converter) ? error != EINVAL : guest_has(converter))
        return converter;
    if (guest_converts(to, from))
        give_up(to, from);
    if (!is_none(converter))
        (void)::iconv_close(converter);
    errno = EINVAL;
    return reinterpret_cast<iconv_t>(-1);
}

/// open(2) by its three names. The third argument is looked at where there is one.
[[gnu::visibility("default")]] int open_hiding(const char *path, int flags, mode_t mode) asm("open");
int open_hiding(const char *path, int flags, mode_t mode) { return open_shown(path, flags, mode); }
[[gnu::visibility("default")]] int open64_hiding(const char *path, int flags, mode_t mode) asm("open64");
int open64_hiding(const char *path, int flags, mode_t mode) { return open_shown(path, flags, mode); }
[[gnu::visibility("default")]] int open64_2_hiding(const char *path, int flags) asm("__open64_2");
int open64_2_hiding(const char *path, int flags) { return open_shown(path, flags, 0); }

/// fopen(3) by its two names.
[[gnu::visibility("default")]] void *fopen_hiding(const char *path, const char *mode) asm("fopen");
void *fopen_hiding(const char *path, const char *mode) {
    if (*mode == 'r' && is_hidden(path)) {
        errno = ENOENT;
        return nullptr;
    }
    return next<OpenStream>("fopen")(path, mode);
}
[[gnu::visibility("default")]] void *fopen64_hiding(const char *path, const char *mode) asm("fopen64");
void *fopen64_hiding(const char *path, const char *mode) { return fopen_hiding(path, mode); }

} // extern "C"

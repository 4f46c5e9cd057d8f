#include "daemon/guest/exec_output.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace frank::guest {

namespace {

constexpr std::size_t tail_bytes = 4096;
constexpr std::size_t longest_text = 512;

const char *name_of_output(char *const *argv) {
    for (std::size_t i = 1; argv[0] != nullptr && argv[i] != nullptr; ++i)
        if (std::strcmp(argv[i], "-o") == 0)
            return argv[i + 1];
    return nullptr;
}

/// nullptr: it is not there.
const char *find(const char *bytes, std::size_t size, const char *text, std::size_t length) {
    const char *const end = bytes + size;
    while (static_cast<std::size_t>(end - bytes) >= length) {
        const std::size_t places = static_cast<std::size_t>(end - bytes) - length + 1;
        const auto *found = static_cast<const char *>(std::memchr(bytes, text[0], places));
        if (found == nullptr || std::memcmp(found, text, length) == 0)
            return found;
        bytes = found + 1;
    }
    return nullptr;
}

bool write_all(int fd, const char *bytes, std::size_t size, std::size_t at) {
    return ::pwrite(fd, bytes, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
}

} // namespace

OutputFile::OutputFile(char *const *argv) {
    const char *name = name_of_output(argv);
    Fd file(name == nullptr ? -1 : ::open(name, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) < 0 || !S_ISREG(status.st_mode))
        return;
    size_ = static_cast<std::size_t>(status.st_size);
    fd_ = std::move(file);
}

bool OutputFile::holds(const char *text) {
    if (there() && size_ == 0)
        return false; // and nothing to map
    if (there() && bytes_ == nullptr)
        if (void *map = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0); map != MAP_FAILED)
            bytes_ = static_cast<const char *>(map);
    return bytes_ == nullptr || find(bytes_, size_, text, std::strlen(text)) != nullptr;
}

bool OutputFile::exchange_near_end(const char *from, const char *to) const {
    char tail[tail_bytes];
    const std::size_t count = size_ < sizeof tail ? size_ : sizeof tail;
    const std::size_t start = size_ - count;
    const std::size_t old_length = std::strlen(from), new_length = std::strlen(to);
    if (!there() || old_length == 0 || old_length > longest_text || new_length > longest_text ||
        ::pread(fd_.get(), tail, count, static_cast<off_t>(start)) != static_cast<ssize_t>(count))
        return false;
    const char *last = nullptr;
    const char *const end = tail + count;
    for (const char *at = tail;
         (at = find(at, static_cast<std::size_t>(end - at), from, old_length)) != nullptr;)
        last = at++;
    if (last == nullptr)
        return true;
    const char *rest = last + old_length;
    const auto rest_length = static_cast<std::size_t>(end - rest);
    const std::size_t at = start + static_cast<std::size_t>(last - tail);
    return write_all(fd_.get(), to, new_length, at) &&
           write_all(fd_.get(), rest, rest_length, at + new_length) &&
           ::ftruncate(fd_.get(), static_cast<off_t>(at + new_length + rest_length)) == 0;
}

} // namespace frank::guest

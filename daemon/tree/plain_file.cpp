#include "daemon/tree/plain_file.hpp"

#include "daemon/sys/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace frank::tree {

sys::Fd open_plain_file(int root, const char *path) {
    sys::Fd file(sys::open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat info {};
    if (file && (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)))
        file.reset();
    return file;
}

std::string read_head(const sys::Fd &file, std::size_t limit) {
    std::string text(limit, '\0');
    const ssize_t got = file ? ::pread(file.get(), text.data(), text.size(), 0) : 0;
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

} // namespace frank::tree

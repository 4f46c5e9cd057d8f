#include "client/emulator_file.hpp"

#include "client/text.hpp"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace frank::client {

namespace {

constexpr off_t max_bytes = off_t{128} << 20; // frankend takes no larger one

Fd sealed_copy(const Fd &from, off_t size) {
    Fd memory(memfd_create("frank-emulator", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory)
        throw system_failure("memfd_create");
    for (off_t at = 0; at < size;) {
        const ssize_t sent = sendfile(memory.get(), from.get(), &at, static_cast<std::size_t>(size - at));
        if (sent == 0)
            errno = EIO;
        if (sent <= 0)
            throw system_failure("cannot read the emulator");
    }
    if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        throw system_failure("cannot seal a copy of the emulator");
    return memory;
}

} // namespace

EmulatorFile::EmulatorFile(const std::string &path) {
    if (path.empty())
        return;
    const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat info {};
    if (!file || fstat(file.get(), &info) != 0)
        throw system_failure("cannot open the emulator '" + path + "'");
    if (!S_ISREG(info.st_mode))
        throw Failure("'" + path + "' is no emulator: it is no file");
    if (info.st_size > max_bytes)
        throw Failure("'" + path + "' is no emulator: it is larger than 128 MiB");
    char whole[PATH_MAX];
    path_ = realpath(path.c_str(), whole) != nullptr ? whole : path; // it is shown where "./" says nothing
    file_ = sealed_copy(file, info.st_size);
}

void EmulatorFile::add_to(Options &details) const {
    if (!file_)
        return;
    const int copy = fcntl(file_.get(), F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        throw system_failure("fcntl");
    details["emulator"] = sdbus::Variant{sdbus::UnixFd{copy, sdbus::adopt_fd}};
    details["emulator_name"] = sdbus::Variant{printable(path_)};
}

} // namespace frank::client

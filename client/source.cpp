#include "client/source.hpp"

#include "client/failure.hpp"
#include "client/terminal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>

namespace frank::client {

namespace {

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

void refuse_later_kinds(const std::string &source) {
    for (const std::string_view prefix : {"oci:", "nfs://", "sshfs://"})
        if (source.rfind(prefix, 0) == 0)
            throw Failure("a source of the kind " + std::string(prefix) +
                          " is not supported by this version; give a directory, a tarball or debian:SUITE");
    for (const std::string_view end : {".img", ".img.xz", ".img.gz", ".img.zst"})
        if (ends_with(source, end))
            throw Failure("'" + source +
                          "': a disk image is not supported by this version; give a directory, a "
                          "tarball or debian:SUITE");
}

bool is_tarball_name(const std::string &source) {
    for (const std::string_view end : {".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst"})
        if (ends_with(source, end))
            return true;
    return false;
}

Fd standard_input() {
    if (is_terminal(STDIN_FILENO))
        throw Failure("'-' reads a tarball from standard input, which is a terminal here");
    Fd copy(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!copy)
        throw system_failure("fcntl");
    return copy;
}

} // namespace

Source open_source(const std::string &source) {
    using Kind = Source::Kind;
    constexpr std::string_view debian = "debian:";
    if (source == "-")
        return {Kind::archive, standard_input(), {}};
    if (source.rfind(debian, 0) == 0) {
        if (source.size() == debian.size())
            throw Failure("debian: which suite? for example debian:bookworm");
        return {Kind::debian, Fd(), source.substr(debian.size())};
    }
    refuse_later_kinds(source);

    struct stat status {};
    if (stat(source.c_str(), &status) != 0)
        throw system_failure("cannot open '" + source + "'");
    if (S_ISDIR(status.st_mode))
        return {Kind::directory, open_directory(source), {}};
    if (!(S_ISREG(status.st_mode) && is_tarball_name(source)) && !S_ISFIFO(status.st_mode))
        throw Failure("'" + source +
                      "' is no source: give a directory, a tarball (.tar .tar.gz .tgz .tar.bz2 .tar.xz "
                      ".tar.zst), '-' for a tarball on standard input, or debian:SUITE");
    Fd archive(::open(source.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
    if (!archive)
        throw system_failure("cannot open '" + source + "'");
    return {Kind::archive, std::move(archive), {}};
}

Fd open_directory(const std::string &path) {
    Fd readable(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!readable)
        throw system_failure("cannot read the directory '" + path + "'");
    const Fd searched(openat(readable.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!searched)
        throw system_failure("cannot search the directory '" + path + "'");
    return readable; // it proves the right to read, which O_PATH would not
}

const char *kind_name(Source::Kind kind) {
    switch (kind) {
    case Source::Kind::directory:
        return "directory";
    case Source::Kind::archive:
        return "archive";
    case Source::Kind::debian:
        break;
    }
    return "debian";
}

} // namespace frank::client

#include "client/bind_spec.hpp"

#include "client/polkit_agent.hpp"
#include "client/source.hpp"
#include "client/text.hpp"

#include <fcntl.h>
#include <filesystem>

namespace frank::client {

namespace {

[[noreturn]] void refuse(const std::string &text, const std::string &why) {
    throw Failure("'" + text + "': " + why + "; write SRC[:DST[:ro|rw]], as in ~/src:/src:ro");
}

std::vector<std::string> parts_of(const std::string &text) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    for (std::size_t end = text.find(':'); end != std::string::npos; end = text.find(':', from)) {
        parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    parts.push_back(text.substr(from));
    return parts;
}

bool read_mode(const std::string &word, BindSpec &spec) {
    if (word == "ro")
        spec.mode = BindSpec::Mode::read_only;
    else if (word == "rw")
        spec.mode = BindSpec::Mode::writable;
    return spec.mode != BindSpec::Mode::by_owner;
}

/// Without links and "..", as it is to be called inside too.
std::string absolute(const std::string &path) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(path, error);
    if (error)
        throw Failure("cannot find the directory '" + path + "': " + error.message());
    return real.string();
}

Options details_of(const BindSpec &spec, bool interactive) {
    Options details{{"interactive", sdbus::Variant{interactive}},
                    {"source", sdbus::Variant{printable(absolute(spec.source))}}};
    if (spec.mode == BindSpec::Mode::read_only)
        details["read_only"] = sdbus::Variant{true};
    if (spec.mode == BindSpec::Mode::writable)
        details["writable"] = sdbus::Variant{true};
    return details;
}

} // namespace

BindSpec open_bind(const std::string &text) {
    std::vector<std::string> parts = parts_of(text);
    BindSpec spec;
    if (parts.size() > 1 && read_mode(parts.back(), spec))
        parts.pop_back();
    if (parts.size() > 2)
        refuse(text, parts.size() == 3 ? "'" + parts[2] + "' is neither ro nor rw" : "it has too many parts");
    if (parts.front().empty())
        refuse(text, "it names no directory");
    spec.source = parts.front();
    spec.directory = open_directory(spec.source);
    spec.target = parts.size() > 1 ? parts[1] : absolute(spec.source);
    if (spec.target.empty())
        refuse(text, "it names no place inside");
    return spec;
}

std::string describe(const BindSpec &spec) {
    const char *mode = spec.mode == BindSpec::Mode::writable    ? "writable"
                       : spec.mode == BindSpec::Mode::read_only ? "read-only"
                                                                : "writable where it is yours";
    return "this machine's " + absolute(spec.source) + " on " + spec.target + " (" + mode +
           ", nosuid, nodev, idmapped)";
}

void bind(DaemonLink &link, const std::string &session, const BindSpec &spec) {
    SessionRemote remote = link.session(session);
    authorised(link.globals(), [&](bool interactive) {
        const int copy = fcntl(spec.directory.get(), F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            throw system_failure("fcntl");
        const sdbus::UnixFd fd{copy, sdbus::adopt_fd};
        asked(session_title(session),
              [&] { remote.Bind(fd, bytes_of(spec.target), details_of(spec, interactive)); });
    });
}

} // namespace frank::client

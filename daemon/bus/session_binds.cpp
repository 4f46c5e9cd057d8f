// org.frankend1.Session: directories of this machine that it sees.
#include "daemon/bus/descriptors.hpp"
#include "daemon/bus/session_object.hpp"
#include "daemon/bus/session_pass.hpp"
#include "daemon/plan/printable.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

constexpr std::size_t longest_source = 4096;

std::string target_of(const Bytes &bytes) {
    return accept(plan::parse_bind_target(std::string(bytes.begin(), bytes.end())));
}

/// Whose files in it are the session's root's: the caller's own; root may give anybody's.
std::uint32_t owner_of(const Directory &directory, const Caller &caller) {
    return caller.uid == 0 || directory.owned_by ? directory.owner : 0;
}

} // namespace

void SessionObject::Bind(sdbus::Result<> &&result, sdbus::UnixFd directory, Bytes target, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        const Caller caller = door_.callers().now();
        Options read(std::move(options));
        const bool interactive = read.interactive();
        const bool read_only = read.flag("read_only");
        const bool writable = read.flag("writable");
        plan::Bind bind;
        bind.target = target_of(target);
        const std::string source = read.text("source");
        read.done();
        if (read_only && writable)
            refuse(Error::invalid_argument, "a directory is bound read-only or writable, not both");
        Directory given = take_directory(directory, caller.uid, "what is bound must be a directory");
        bind.source = plan::printable(source.empty() ? given.path : source, longest_source);
        bind.owner = owner_of(given, caller);
        if (writable && bind.owner == 0)
            refuse(Error::invalid_argument, "\"" + bind.source + "\" belongs to " +
                                                (given.owner == 0 ? "root" : "somebody else") +
                                                ": it can be bound read-only (:ro)");
        bind.writable = bind.owner != 0 && !read_only;
        const auto held = std::make_shared<sys::Fd>(std::move(given.fd));
        pass(rule_of(INTERFACE_NAME, "Bind"), interactive, {{"path", given.path}}, reply,
             [&ledger = door_.ledger(), name = name_, bind, held, reply](const Caller &) {
                 ledger.bind(name, bind, std::move(*held), answer(reply));
             });
    });
}

void SessionObject::Unbind(sdbus::Result<> &&result, Bytes target, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        const std::string place = target_of(target);
        pass(rule_of(INTERFACE_NAME, "Unbind"), interactive, {{"path", place}}, reply,
             [&ledger = door_.ledger(), name = name_, place, reply](const Caller &) {
                 ledger.unbind(name, place, answer(reply));
             });
    });
}

} // namespace frank::bus

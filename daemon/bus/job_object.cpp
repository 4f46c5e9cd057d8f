#include "daemon/bus/job_object.hpp"

#include "daemon/bus/user_name.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

constexpr int highest_signal = 64;
constexpr std::uint32_t longest_side = 65535;

} // namespace

JobObject::JobObject(sdbus::IConnection &connection, Door &door, session::JobId id)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::job_path(std::to_string(id))}), door_(door),
      id_(id) {
    registerAdaptor();
}

JobObject::~JobObject() { unregisterAdaptor(); }

template <class... Values>
void JobObject::pass(const MethodRule &rule, bool interactive, const Reply<Values...> &reply,
                     std::function<void()> act) {
    const Caller caller = door_.callers().now();
    const session::Job &job = door_.job(id_);
    const bool own = job.owner == caller.uid;
    std::map<std::string, std::string> details{{"session", job.session}, {"program", job.description}};
    if (!own)
        details["user"] = user_name(job.owner);
    // An id is never used twice: the ledger itself says when the job is gone meanwhile.
    door_.pass({rule, caller, own, interactive, std::move(details)}, reply, std::move(act));
}

void JobObject::Wait(sdbus::Result<std::string, std::int32_t, std::string, std::string> &&result) {
    const Reply<std::string, std::int32_t, std::string, std::string> reply(std::move(result));
    guarded(reply, [&] {
        pass(rule_of(INTERFACE_NAME, "Wait"), false, reply, [&door = door_, id = id_, reply] {
            (void)door.job(id);
            door.ledger().wait(id, [reply](const session::Job &job) {
                guarded(reply, [&] {
                    const bool failed = job.state == session::JobState::failed;
                    const sdbus::Error error = to_error(job.refusal);
                    reply.send(std::string(to_text(job.state)), job.status, failed ? error.getMessage() : "",
                               failed ? std::string(error.getName()) : "");
                });
            });
        });
    });
}

void JobObject::Signal(sdbus::Result<> &&result, std::int32_t signal, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        if (signal < 1 || signal > highest_signal)
            refuse(Error::invalid_argument,
                   "there is no signal " + std::to_string(signal) + ": give 1 to 64");
        pass(rule_of(INTERFACE_NAME, "Signal"), interactive, reply,
             [&ledger = door_.ledger(), id = id_, signal, reply] {
                 answer(reply)(ledger.signal(id, signal));
             });
    });
}

void JobObject::Resize(sdbus::Result<> &&result, std::uint32_t rows, std::uint32_t columns,
                       OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        if (rows < 1 || rows > longest_side || columns < 1 || columns > longest_side)
            refuse(Error::invalid_argument, "a terminal has 1 to 65535 rows and columns");
        pass(rule_of(INTERFACE_NAME, "Resize"), interactive, reply,
             [&ledger = door_.ledger(), id = id_, rows, columns, reply] {
                 answer(reply)(ledger.resize(id, static_cast<std::uint16_t>(rows),
                                             static_cast<std::uint16_t>(columns)));
             });
    });
}

void JobObject::OpenLog(sdbus::Result<sdbus::UnixFd> &&result, OptionMap options) {
    const Reply<sdbus::UnixFd> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        pass(rule_of(INTERFACE_NAME, "OpenLog"), interactive, reply,
             [&ledger = door_.ledger(), id = id_, reply] {
                 const sys::Fd log = accept(ledger.open_log(id));
                 reply.send(sdbus::UnixFd{log.get()});
             });
    });
}

void JobObject::Cancel(sdbus::Result<> &&result, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        pass(rule_of(INTERFACE_NAME, "Cancel"), interactive, reply,
             [&ledger = door_.ledger(), id = id_, reply] { answer(reply)(ledger.cancel(id)); });
    });
}

} // namespace frank::bus

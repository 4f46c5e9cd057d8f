#include "daemon/bus/door.hpp"

#include "daemon/plan/spawn_request.hpp"
#include "daemon/session/log.hpp"

#include <spdlog/spdlog.h>

namespace frank::bus {

namespace {

/// The line that says who did what, written for every call that changes something.
void record(const Call &call, std::string_view by, const plan::Result<void> &verdict) {
    const auto found = call.details.find("session");
    const std::string session = found == call.details.end() ? "" : found->second;
    spdlog::logger logger = session.empty() ? *spdlog::default_logger() : session::log_of(session);
    logger.info("{} of \"{}\" by uid {} ({}): {}{}", call.rule.method, session, call.caller.uid,
                call.caller.name, verdict ? "allowed, " : "refused, ",
                verdict ? std::string(by) : verdict.error().message);
}

} // namespace

session::SessionView Door::session(const std::string &name) const {
    auto view = ledger_.view(name);
    if (!view)
        refuse(Error::no_such_session, "there is no session \"" + plan::printable(name, 64) + "\"");
    return std::move(*view);
}

const session::Job &Door::job(session::JobId id) const {
    const session::Job *job = ledger_.find_job(id);
    if (job == nullptr)
        refuse(Error::no_such_job, "there is no job " + std::to_string(id) + " (any more)");
    return *job;
}

void Door::decide(const Call &call, Authority::Verdict verdict) {
    const std::string_view needed = call.own ? call.rule.own : call.rule.others;
    if (needed == public_read)
        return verdict({});
    if (call.own && needed == owner_right) {
        record(call, "the owner", {});
        return verdict({});
    }
    if (call.caller.uid == 0) {
        record(call, "root", {});
        return verdict({});
    }
    Question question{call.caller, std::string(needed), call.details, call.interactive};
    authority_.check(std::move(question),
                     [call, verdict = std::move(verdict)](const plan::Result<void> &result) {
                         record(call, call.own ? call.rule.own : call.rule.others, result);
                         verdict(result);
                     });
}

} // namespace frank::bus

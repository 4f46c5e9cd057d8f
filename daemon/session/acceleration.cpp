#include "daemon/session/acceleration.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/emulator_trial.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"

#include <fcntl.h>

namespace frank::session {

namespace {

std::string verifier() { return std::string(plan::twin_directory) + "/" + plan::twin_verifier; }

} // namespace

Acceleration::Acceleration(Context &context, Session &session)
    : context_(context), session_(session), record_(context.settings.load_acceleration(session.name())) {}

void Acceleration::turn_on(AccelOrder order, sys::Fd log, Ears ears) {
    // What the session's start began by itself would end in our name: it is done over here.
    lending_.reset();
    when_routed_ = nullptr;
    deadline_.reset();
    session_.end_tool();
    ears_ = std::move(ears);
    log_ = std::move(log);
    order_ = std::move(order);
    step([this] {
        const plan::Twins *known = context_.twins.find(record_.twins);
        if (order_.source)
            return make_twins("", true);
        // Those of a directory are not made anew: it was given once.
        const bool remade = order_.again && known != nullptr && !known->suite.empty();
        if (known == nullptr || remade)
            return look_at_root();
        have_twins(known->digest);
    });
}

void Acceleration::have_twins(const std::string &digest) {
    const plan::Twins &twins = *context_.twins.find(digest);
    if (!order_.again || !record_.on) // a comparison changes nothing of the choice
        plan::switch_on(record_, order_.classes);
    if (record_.twins != digest || record_.tools.empty()) {
        record_.twins = digest;
        record_.tools.clear();
        for (const std::string &path : twins.tools)
            record_.tools.push_back({path});
        lent_ = false;
    } else if (order_.again) {
        for (plan::ToolVerdict &tool : record_.tools)
            tool = {tool.path};
    }
    save();
    const auto look = [this] { survey([this] { order_.fetch &&lacks_llvm() ? look_at_root() : verify(); }); };
    lent_ ? look() : lend(look);
}

/// The twins into the session's sight, with no route to them yet.
void Acceleration::lend(Next next) {
    plan::SessionSettings settings = settings_of_nobody("frankend-lend");
    settings.instance = context_.twins.find(record_.twins)->instance;
    const auto request = request_for(plan::LaunchOp::lend_twins, settings, plan::Network::none);
    lending_ =
        context_.machine.ask(request, [this, request, next](const plan::LaunchReply &reply, sys::Fd mount) {
            guarded(
                [&] {
                    if (reply.rung != plan::Rung::none || !mount)
                        return finish(tl::unexpected(plan::to_refusal(reply, request)));
                    send({}, std::move(mount), next);
                },
                [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
        });
}

void Acceleration::send(std::vector<plan::RouteEntry> routes, sys::Fd mount, Next next) {
    routes_ = std::move(routes);
    when_routed_ = std::move(next);
    deadline_ = context_.loop.after(context_.patience.spawn, [this] {
        when_routed_ = nullptr;
        finish(plan::refuse(Error::failed, "session " + session_.name() +
                                               " did not take routes: stop it and start it again"));
    });
    if (!session_.send_routes(routes_, std::move(mount)))
        finish(plan::refuse(Error::invalid_state, "session " + session_.name() + " does not run any more"));
}

void Acceleration::routed(int error, sys::Fd calls) {
    deadline_.reset();
    const Next next = std::exchange(when_routed_, nullptr);
    if (error != 0) {
        routes_.clear();
        return finish(plan::refuse(Error::failed, "frank-init could not lay routes: " +
                                                      std::generic_category().message(error)));
    }
    lent_ = true;
    calls_.follow(std::move(calls));
    if (next)
        guarded([&] { next(); }, [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

/// What the guest's own files are now.
void Acceleration::survey(Next next) {
    survey_.clear();
    Tool tool;
    tool.argv = {verifier(), "survey"};
    for (std::string &path : plan::surveyed_paths(record_, session_.settings().arch))
        tool.argv.push_back(std::move(path));
    for (std::string &path : unknown_llvm_paths())
        tool.argv.push_back(std::move(path));
    tool.line = [this](std::string_view line) { plan::take_survey_line(line, survey_); };
    tool.done = [this, next = std::move(next)](const plan::Result<void> &result) {
        if (!result)
            return finish(result);
        guarded([&] { next(); }, [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
    };
    session_.run_tool(std::move(tool));
}

/// Tries what is not verified as it is now, with routes that nobody else has yet.
void Acceleration::verify() {
    std::vector<plan::RouteEntry> candidates = plan::candidate_routes(
        *context_.twins.find(record_.twins), survey_, session_.workarounds(), record_.off);
    Tool tool;
    tool.argv = {verifier(), "check"};
    for (const plan::RouteEntry &route : candidates) {
        const plan::ToolVerdict &known = record_.tools.at(route.counter - 1);
        if (!known.file.same_file(survey_.at(route.path)))
            tool.argv.push_back(route.path + "=" + route.native);
    }
    if (tool.argv.size() == 2) // all is known
        return put_in_force();
    ears_.progress({"comparing twins with the root's own tools", 0, tool.argv.size() - 2, "files"});
    tool.table = session_.table_with(std::move(candidates));
    tool.line = [this](std::string_view line) { verdict_line(line); };
    tool.done = [this](const plan::Result<void> &result) {
        step([&] {
            if (!result)
                return finish(result);
            save();
            put_in_force();
        });
    };
    session_.run_tool(std::move(tool));
}

void Acceleration::verdict_line(std::string_view line) {
    if (plan::take_verdict_line(line, session_.settings().arch, survey_, record_) && log_) {
        const std::string text = std::string(line) + "\n";
        if (::write(log_.get(), text.data(), text.size()) < 0)
            log_.reset(); // a full disk costs the log, not the work
    }
    unsigned long long done = 0, total = 0;
    if (busy() && std::sscanf(std::string(line).c_str(), "progress\t%llu\t%llu", &done, &total) == 2)
        ears_.progress({"comparing twins with the root's own tools", done, total, "files"});
}

void Acceleration::put_in_force() {
    if (!record_.on) // switched off meanwhile
        return finish({});
    send(plan::verified_routes(record_, session_.settings().arch, survey_, session_.workarounds()), {},
         [this] { finish({}); });
}

plan::Result<void> Acceleration::turn_off(const plan::ToolClasses &classes) {
    if (busy())
        return plan::refuse(Error::busy, "session " + session_.name() + " is being accelerated: cancel that");
    plan::switch_off(record_, classes);
    save();
    if (std::vector<plan::RouteEntry> left = routes_left(); left != routes_)
        send(std::move(left), {}, [] {});
    return {};
}

/// Of those in force, the ones that are still wanted.
std::vector<plan::RouteEntry> Acceleration::routes_left() const {
    std::vector<plan::RouteEntry> left;
    for (const plan::RouteEntry &route : routes_) {
        const auto tool = plan::tool_of(record_.tools.at(route.counter - 1).path, session_.settings().arch);
        if (record_.on && tool && !record_.off.contains(tool->tool_class))
            left.push_back(route);
    }
    return left;
}

void Acceleration::cancel() {
    if (making_)
        making_->cancel();
    if (workshop_)
        workshop_->cancel();
    session_.end_tool();
    finish(plan::refuse(Error::cancelled, "cancelled"));
}

void Acceleration::session_is_up() {
    lent_ = false;
    routes_.clear();
    if (!std::exchange(expected_, false) && record_.on && record_.todo)
        return keep_promise();
    if (!record_.on || context_.twins.find(record_.twins) == nullptr)
        return;
    guarded([this] { lend([this] { survey([this] { put_in_force(); }); }); },
            [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

void Acceleration::session_is_gone() {
    lent_ = false;
    routes_.clear();
    calls_.forget();
    expected_ = false;
    when_routed_ = nullptr;
    deadline_.reset();
    finish(plan::refuse(Error::invalid_state, "session " + session_.name() + " ended meanwhile"));
}

void Acceleration::save() { context_.settings.save_acceleration(session_.name(), record_); }

/// Also where nobody asked, at a session's start: then a failure is the journal's.
void Acceleration::finish(plan::Result<void> result) {
    log_.reset();
    const Ears ears = std::exchange(ears_, {});
    if (ears.done && record_.todo && (result || result.error().error == Error::cancelled)) {
        record_.todo = false;
        guarded([this] { save(); },
                [&result](plan::Refusal why) { result = tl::unexpected(std::move(why)); });
    }
    if (!ears.done) {
        if (!result && session_.state() == SessionState::running)
            log_of(session_.name())
                .warn("session {} runs without its twins: {}", session_.name(), result.error().message);
        return;
    }
    context_.mailbox.post(Task([done = ears.done, result = std::move(result)] { done(result); }));
    context_.news.session_changed(session_.name());
}

} // namespace frank::session

#include "daemon/session/binds.hpp"

#include "daemon/plan/compiler_cache.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

namespace {

plan::Refusal about(const plan::Bind &bind, const plan::Refusal &why) {
    return {why.error, "\"" + plan::printable(bind.source, 200) + "\" cannot be bound at " + bind.target +
                           ": " + why.message};
}

} // namespace

Binds::Binds(Context &context, Session &session) : context_(context), session_(session) {
    for (const plan::Bind &bind : session.settings().binds)
        if (!bind.settled)
            leftovers_.push_back(bind.target);
}

/// What breaks in it ends the whole.
template <class Act> void Binds::step(Act act) {
    guarded(act, [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

void Binds::queue(std::unique_ptr<Work> work) {
    if (closed_ && work->kind == Work::Kind::change)
        return context_.mailbox.post(Task([done = std::move(work->done), name = session_.name()] {
            done(plan::refuse(Error::invalid_state, "session " + name + " is being destroyed"));
        }));
    waiting_.push_back(std::move(work));
    if (!now_)
        next();
}

void Binds::next() {
    if (waiting_.empty())
        return;
    now_ = std::move(waiting_.front());
    waiting_.pop_front();
    const auto begin = std::move(now_->begin); // which may end it, and take the next
    step([&] { begin(*now_); });
}

void Binds::finish(plan::Result<void> result) {
    if (!now_) // what broke was told already
        return;
    const std::unique_ptr<Work> over = std::move(now_);
    if (over->kind != Work::Kind::change) {
        over->done(result); // at once: whatever comes later may be of another start
    } else {
        context_.mailbox.post(Task([done = over->done, result] { done(result); }));
        context_.news.session_changed(session_.name());
    }
    if (!now_)
        next();
}

plan::LaunchRequest Binds::request(plan::LaunchOp op, const plan::Bind &bind) const {
    auto request = request_for(op, session_.settings(), plan::Network::none);
    request.instance = bind.instance;
    request.owner_uid = bind.owner;
    request.writable = bind.writable ? 1 : 0;
    return request;
}

void Binds::write_down(const plan::Bind &bind) {
    plan::SessionSettings settings = session_.settings();
    std::erase_if(settings.binds, [&](const plan::Bind &other) { return other.instance == bind.instance; });
    settings.binds.push_back(bind);
    std::ranges::sort(settings.binds, {}, &plan::Bind::target);
    session_.store(std::move(settings));
}

void Binds::forget(const plan::Bind &bind) {
    plan::SessionSettings settings = session_.settings();
    std::erase_if(settings.binds, [&](const plan::Bind &other) { return other.instance == bind.instance; });
    session_.store(std::move(settings));
}

void Binds::add(plan::Bind bind, sys::Fd directory, Ledger::Done done) {
    auto work = std::make_unique<Work>();
    work->begin = [this](Work &begun) { adopt(begun); };
    work->bind = std::move(bind);
    work->directory = std::move(directory);
    work->done = std::move(done);
    queue(std::move(work));
}

void Binds::adopt(Work &work) {
    if (const auto fits = plan::check_new_bind(session_.settings().binds, work.bind.target); !fits)
        return finish(fits);
    work.bind.instance = new_instance();
    work.bind.settled = false;
    write_down(work.bind); // first: from here on a frankend to come takes it away
    const std::array fds{work.directory.get()};
    call_ = std::make_unique<LaunchCall>(context_, request(plan::LaunchOp::adopt_tree, work.bind), fds,
                                         [this](const plan::LaunchReply &reply) { adopted(reply); });
}

void Binds::adopted(const plan::LaunchReply &reply) {
    step([&] {
        plan::Bind &bind = now_->bind;
        if (reply.rung != plan::Rung::none)
            return undo(about(bind, plan::to_refusal(reply, request(plan::LaunchOp::adopt_tree, bind))));
        now_->directory.reset();
        if (session_.state() != SessionState::running) {
            bind.settled = true;
            write_down(bind);
            return finish({});
        }
        show(plan::LaunchOp::lend_directory, bind, [this](const plan::Result<void> &shown) {
            if (!shown)
                return undo(shown.error());
            now_->bind.settled = true;
            write_down(now_->bind);
            finish({});
        });
    });
}

/// Takes away what was begun, and tells why.
void Binds::undo(plan::Refusal why) {
    const auto done = std::exchange(now_->done, nullptr);
    now_->done = [done, why = std::move(why)](const plan::Result<void> &) { done(tl::unexpected(why)); };
    drop();
}

void Binds::remove(const std::string &target, Ledger::Done done) {
    auto work = std::make_unique<Work>();
    work->begin = [this](Work &begun) { take_away(begun); };
    work->bind.target = target;
    work->done = std::move(done);
    queue(std::move(work));
}

void Binds::take_away(Work &work) {
    const plan::Bind *known = plan::find_bind(session_.settings().binds, work.bind.target);
    if (known == nullptr)
        return finish(plan::refuse(Error::invalid_argument, "nothing is bound at " + work.bind.target +
                                                                " in session " + session_.name() +
                                                                ": see frankctl bind " + session_.name()));
    work.bind = *known;
    work.bind.settled = false;
    write_down(work.bind);
    if (session_.state() != SessionState::running)
        return drop();
    hide(work.bind, [this](const plan::Result<void> &hidden) {
        if (!hidden) // it goes at the latest when the session ends
            log_of(session_.name()).warn("session {}: {}", session_.name(), hidden.error().message);
        drop();
    });
}

void Binds::drop() {
    step([this] {
        call_ = std::make_unique<LaunchCall>(
            context_, request(plan::LaunchOp::drop_tree, now_->bind), std::span<const int>{},
            [this](const plan::LaunchReply &reply) {
                step([&] {
                    if (reply.rung != plan::Rung::none)
                        return finish(tl::unexpected(
                            plan::to_refusal(reply, request(plan::LaunchOp::drop_tree, now_->bind))));
                    forget(now_->bind);
                    finish({});
                });
            });
    });
}

void Binds::recover() {
    for (const std::string &target : std::exchange(leftovers_, {}))
        remove(target, [name = session_.name(), target](const plan::Result<void> &result) {
            if (!result)
                log_of(name).warn("session {}: {}: {}", name, target, result.error().message);
        });
}

void Binds::lay(Ledger::Done done) {
    auto work = std::make_unique<Work>();
    work->kind = Work::Kind::lay;
    work->done = std::move(done);
    work->begin = [this](Work &begun) {
        for (const plan::Bind &bind : session_.settings().binds)
            if (bind.settled)
                begun.targets.push_back(bind.target);
        lay_next();
    };
    queue(std::move(work));
}

void Binds::lay_next() {
    if (now_->targets.empty())
        return finish({});
    const plan::Bind *bind = plan::find_bind(session_.settings().binds, now_->targets.back());
    now_->targets.pop_back();
    if (bind == nullptr)
        return lay_next();
    show(plan::LaunchOp::lend_directory, *bind, [this](const plan::Result<void> &shown) {
        if (!shown)
            return finish(shown);
        lay_next();
    });
}

void Binds::lay_cache(const plan::Instance &instance, Ledger::Done done) {
    auto work = std::make_unique<Work>();
    work->kind = Work::Kind::lay;
    work->bind.instance = instance;
    work->bind.source = "compiler cache";
    work->bind.target = plan::compiler_cache_directory;
    work->done = std::move(done);
    work->begin = [this](const Work &begun) {
        show(plan::LaunchOp::lend_cache, begun.bind,
             [this](const plan::Result<void> &shown) { finish(shown); });
    };
    queue(std::move(work));
}

void Binds::close(std::function<void()> then) {
    auto work = std::make_unique<Work>();
    work->kind = Work::Kind::close;
    work->begin = [this](Work &) { finish({}); };
    work->done = [then = std::move(then)](const plan::Result<void> &) { then(); };
    queue(std::move(work));
    closed_ = true;
}

void Binds::show(plan::LaunchOp lend, const plan::Bind &bind, Then then) {
    await([bind, then = std::move(then)](const plan::Result<void> &shown) {
        then(shown ? shown : tl::unexpected(about(bind, shown.error())));
    });
    const auto asked = request(lend, bind);
    lending_ = context_.machine.ask(
        asked, [this, asked, target = bind.target](const plan::LaunchReply &reply, sys::Fd mount) {
            if (reply.rung != plan::Rung::none || !mount)
                return answer(tl::unexpected(plan::to_refusal(reply, asked)));
            send(plan::InitType::attach, target, std::move(mount));
        });
}

void Binds::hide(const plan::Bind &bind, Then then) {
    await(std::move(then));
    send(plan::InitType::detach, bind.target, {});
}

void Binds::await(Then then) {
    then_ = std::move(then);
    ++number_;
    deadline_ = context_.loop.after(context_.patience.spawn, [this] {
        answer(plan::refuse(Error::failed, "session " + session_.name() + " does not answer"));
    });
}

void Binds::send(plan::InitType type, const std::string &target, sys::Fd mount) {
    if (!session_.send_bind(type, number_, target, std::move(mount)))
        answer(plan::refuse(Error::invalid_state, "session " + session_.name() + " does not run any more"));
}

void Binds::bound(std::uint64_t number, int error) {
    if (number != number_)
        return; // forged, or too late
    answer(error == 0 ? plan::Result<void>()
                      : plan::refuse(Error::failed, std::generic_category().message(error)));
}

void Binds::answer(const plan::Result<void> &result) {
    deadline_.reset();
    if (const Then then = std::exchange(then_, nullptr))
        step([&] { then(result); });
}

/// What is settled is laid at the next start.
void Binds::session_is_gone() {
    lending_.reset();
    std::erase_if(waiting_, [](const auto &work) { return work->kind == Work::Kind::lay; });
    if (now_ && now_->kind == Work::Kind::lay) {
        deadline_.reset();
        then_ = nullptr;
        now_.reset();
        return next();
    }
    answer(plan::refuse(Error::invalid_state, "session " + session_.name() + " ended meanwhile"));
}

} // namespace frank::session

#include "daemon/session/resource_talk.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <utility>

namespace frank::session {

namespace {

constexpr std::chrono::seconds patience{2};

plan::Result<plan::ResourceReport> no_answer() {
    return plan::refuse(Error::failed, "its supervisor does not tell what it uses");
}

} // namespace

bool ResourceTalk::ask(const sys::Fd &supervisor, const plan::ResourceOrder &order, Done done) {
    if (!supervisor || ::send(supervisor.get(), &order, sizeof order, MSG_DONTWAIT | MSG_NOSIGNAL) !=
                           static_cast<ssize_t>(sizeof order))
        return false;
    const std::uint64_t number = ++last_;
    // One that an earlier frank-launcher left does not know the question, and says nothing.
    questions_.push_back(
        {std::move(done), loop_.after(patience, [this, number] { give_up(number); }), number});
    return true;
}

/// It keeps its place: the answer may come yet.
void ResourceTalk::give_up(std::uint64_t number) {
    const auto late = std::ranges::find(questions_, number, &Question::number);
    if (late == questions_.end())
        return;
    if (const Done done = std::exchange(late->done, nullptr); done)
        done(no_answer());
}

bool ResourceTalk::hear(const sys::Fd &supervisor) {
    plan::ResourceReport report;
    const ssize_t got = ::recv(supervisor.get(), &report, sizeof report, MSG_DONTWAIT | MSG_TRUNC);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    if (got < 0 || questions_.empty())
        return true;
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    if (question.done)
        question.done(got == sizeof report ? plan::Result<plan::ResourceReport>(report) : no_answer());
    return true;
}

void ResourceTalk::end() {
    for (const Question &question : std::exchange(questions_, {}))
        if (question.done)
            question.done(no_answer());
}

} // namespace frank::session

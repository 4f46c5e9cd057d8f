#include "daemon/sys/event_loop.hpp"

#include "daemon/sys/fd.hpp"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <vector>

namespace frank::sys {
namespace {

using std::chrono::milliseconds;

class EventLoopTest : public testing::Test {
  protected:
    std::vector<std::string> errors;
    EventLoop loop{[this](const std::exception &error) { errors.emplace_back(error.what()); }};
};

Fd raised_eventfd() { return Fd(must(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")); }

TEST_F(EventLoopTest, RunGivesTheCodeOfQuit) {
    const EventSource source = loop.soon([&] { loop.quit(7); });
    EXPECT_EQ(loop.run(), 7);
}

TEST_F(EventLoopTest, TellsWhichEventsADescriptorHas) {
    const Fd fd = raised_eventfd();
    std::uint32_t seen = 0;
    const EventSource source = loop.on_io(fd.get(), EPOLLIN, [&](std::uint32_t events) {
        seen = events;
        loop.quit(0);
    });
    loop.run();
    EXPECT_EQ(seen, std::uint32_t{EPOLLIN});
}

TEST_F(EventLoopTest, WatchesOtherEventsOnceAsked) {
    const Fd fd = raised_eventfd();
    std::vector<std::uint32_t> seen;
    EventSource source = loop.on_io(fd.get(), 0, [&](std::uint32_t events) {
        seen.push_back(events);
        loop.quit(0);
    });
    const EventSource later = loop.soon([&] { source.set_events(EPOLLOUT); });
    loop.run();
    EXPECT_EQ(seen, std::vector<std::uint32_t>{EPOLLOUT});
}

TEST_F(EventLoopTest, WhatACallbackThrowsGoesToTheErrorHandlerAndTheLoopGoesOn) {
    const EventSource first = loop.soon([] { throw std::runtime_error("broken"); });
    const EventSource second = loop.after(milliseconds(5), [&] { loop.quit(3); });
    EXPECT_EQ(loop.run(), 3);
    EXPECT_EQ(errors, std::vector<std::string>{"broken"});
}

TEST_F(EventLoopTest, WhatIsNoExceptionIsReportedToo) {
    const EventSource first = loop.soon([] { throw 42; });
    const EventSource second = loop.after(milliseconds(5), [&] { loop.quit(0); });
    loop.run();
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_NE(errors[0].find("no std::exception"), std::string::npos);
}

TEST_F(EventLoopTest, AnErrorHandlerThatThrowsEndsNothing) {
    EventLoop fragile([](const std::exception &) { throw std::runtime_error("the handler too"); });
    const EventSource first = fragile.soon([] { throw std::runtime_error("broken"); });
    const EventSource second = fragile.after(milliseconds(5), [&] { fragile.quit(4); });
    EXPECT_EQ(fragile.run(), 4);
}

TEST_F(EventLoopTest, ACallbackMayDestroyItsOwnSource) {
    const Fd fd = raised_eventfd();
    const auto witness = std::make_shared<int>(0);
    std::optional<EventSource> source;
    source = loop.on_io(fd.get(), EPOLLIN, [&, witness](std::uint32_t) {
        source.reset();
        ++*witness; // the captures are still alive here
    });
    const EventSource stop = loop.after(milliseconds(20), [&] { loop.quit(0); });
    loop.run();
    EXPECT_EQ(*witness, 1);
    EXPECT_EQ(witness.use_count(), 1) << "the callback outlived its source";
}

TEST_F(EventLoopTest, ACallbackMayPutAnotherSourceInItsPlace) {
    EventSource source;
    std::string order;
    source = loop.soon([&] {
        order += 'a';
        source = loop.soon([&] {
            order += 'b';
            loop.quit(0);
        });
    });
    loop.run();
    EXPECT_EQ(order, "ab");
}

TEST_F(EventLoopTest, ADestroyedSourceIsSilent) {
    int calls = 0;
    {
        const EventSource source = loop.soon([&] { ++calls; });
    }
    const EventSource stop = loop.after(milliseconds(5), [&] { loop.quit(0); });
    loop.run();
    EXPECT_EQ(calls, 0);
}

TEST_F(EventLoopTest, AMovedSourceStillWorks) {
    EventSource moved;
    {
        EventSource source = loop.soon([&] { loop.quit(9); });
        moved = std::move(source);
        EXPECT_FALSE(source); // NOLINT(bugprone-use-after-move): that is the question
    }
    EXPECT_EQ(loop.run(), 9);
}

TEST_F(EventLoopTest, ATimerComesOnceAndNotTooEarly) {
    const auto start = std::chrono::steady_clock::now();
    int calls = 0;
    const EventSource timer = loop.after(milliseconds(30), [&] { ++calls; });
    const EventSource stop = loop.after(milliseconds(90), [&] { loop.quit(0); });
    loop.run();
    EXPECT_EQ(calls, 1);
    EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(90));
}

TEST_F(EventLoopTest, BeforeWaitIsCalledAtEveryTurnAndCausesNone) {
    int turns = 0;
    const EventSource source = loop.before_wait([&] { ++turns; });
    const EventSource stop = loop.after(milliseconds(100), [&] { loop.quit(0); });
    loop.run();
    EXPECT_GE(turns, 1);
    EXPECT_LE(turns, 4) << "an idle loop must sleep";
}

TEST_F(EventLoopTest, ASignalArrivesAsACall) {
    int calls = 0;
    const EventSource source = loop.on_signal(SIGUSR1, [&] {
        ++calls;
        loop.quit(0);
    });
    ASSERT_EQ(::raise(SIGUSR1), 0);
    loop.run();
    EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, ADescriptorThatCannotBeWatchedIsBreakage) {
    EXPECT_THROW((void)loop.on_io(-1, EPOLLIN, [](std::uint32_t) {}), std::system_error);
}

TEST_F(EventLoopTest, SourcesMayOutliveTheLoop) {
    EventSource survivor;
    {
        EventLoop other([](const std::exception &) {});
        survivor = other.soon([] {});
    }
    EXPECT_TRUE(survivor);
    survivor.reset();
    EXPECT_FALSE(survivor);
}

} // namespace
} // namespace frank::sys

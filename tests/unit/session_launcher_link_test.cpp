// LauncherLink against a listener that plays frank-launcher.
#include "daemon/session/launcher_link.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using testing::IsEmpty;
using testing::SizeIs;

class Link : public test::LedgerTest {
  protected:
    std::string path() const { return directory.path() + "/launcher"; }
    void listen(int backlog = 8) { listener = sys::listen_seqpacket(path(), backlog); }
    sys::Fd accept() {
        sys::Fd connection;
        EXPECT_TRUE(until([&] {
            connection.reset(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            return static_cast<bool>(connection);
        }));
        return connection;
    }
    static void answer(const sys::Fd &connection, const plan::LaunchReply &reply = {}) {
        EXPECT_TRUE(sys::send_message(connection.get(), std::as_bytes(std::span(&reply, 1)), {}));
    }
    std::unique_ptr<Launch> launch(plan::LaunchOp op, std::span<const int> fds = {}) {
        plan::LaunchRequest request;
        request.op = op;
        return link.launch(request, fds,
                           [this](const plan::LaunchReply &reply) { replies.push_back(reply); });
    }
    bool closed(const sys::Fd &connection) {
        char byte = 0;
        return until([&] { return ::recv(connection.get(), &byte, 1, MSG_DONTWAIT) == 0; },
                     std::chrono::milliseconds(300));
    }

    sys::Fd listener;
    LauncherLink link{loop, path(), directory.path()};
    std::vector<plan::LaunchReply> replies;
};

TEST_F(Link, SendsTheRequestWithItsDescriptors) {
    listen();
    const sys::Fd file = some_file();
    const std::array fds{file.get(), file.get()};
    const auto launched = launch(plan::LaunchOp::start_session, fds);
    const sys::Fd connection = accept();
    sys::Message message;
    ASSERT_EQ(sys::receive_message(connection.get(), message, 4096, 4), sys::Received::message);
    EXPECT_EQ(message.bytes.size(), sizeof(plan::LaunchRequest));
    EXPECT_THAT(message.fds, SizeIs(2));
    EXPECT_THAT(replies, IsEmpty());
    plan::LaunchReply reply;
    reply.init_pid = 77;
    answer(connection, reply);
    EXPECT_TRUE(until([&] { return replies.size() == 1; }));
    EXPECT_EQ(replies[0].init_pid, 77);
    EXPECT_EQ(replies[0].rung, plan::Rung::none);
}

TEST_F(Link, SaysThatNobodyListensAndOnlyLater) {
    const auto launched = launch(plan::LaunchOp::make_tree);
    EXPECT_THAT(replies, IsEmpty()) << "never from inside the call";
    EXPECT_TRUE(until([&] { return replies.size() == 1; }));
    EXPECT_EQ(replies[0].rung, plan::Rung::request);
    EXPECT_EQ(replies[0].error, ENOENT);
}

TEST_F(Link, SaysThatTheLauncherDied) {
    listen();
    const auto launched = launch(plan::LaunchOp::make_tree);
    accept().reset();
    EXPECT_TRUE(until([&] { return replies.size() == 1; }));
    EXPECT_EQ(replies[0].error, ECONNRESET);
}

TEST_F(Link, RefusesAnAnswerOfAnotherProtocol) {
    listen();
    const auto first = launch(plan::LaunchOp::make_tree);
    const sys::Fd one = accept();
    const std::vector<std::byte> bytes(3);
    EXPECT_TRUE(sys::send_message(one.get(), bytes, {}));
    EXPECT_TRUE(until([&] { return replies.size() == 1; }));
    EXPECT_EQ(replies[0].error, EPROTO);
    const auto second = launch(plan::LaunchOp::make_tree);
    plan::LaunchReply newer;
    newer.version = 99;
    const sys::Fd two = accept();
    answer(two, newer);
    EXPECT_TRUE(until([&] { return replies.size() == 2; }));
    EXPECT_EQ(replies[1].error, EPROTO);
}

TEST_F(Link, KeepsAWorkshopOnlyAsLongAsItsLaunch) {
    listen();
    auto launched = launch(plan::LaunchOp::start_workshop);
    const sys::Fd connection = accept();
    sys::Message message;
    ASSERT_EQ(sys::receive_message(connection.get(), message, 4096, 4), sys::Received::message);
    answer(connection);
    EXPECT_TRUE(until([&] { return replies.size() == 1; }));
    EXPECT_FALSE(closed(connection));
    launched.reset();
    EXPECT_TRUE(closed(connection));
}

TEST_F(Link, LetsASessionGoOnByItself) {
    listen();
    const auto launched = launch(plan::LaunchOp::start_session);
    const sys::Fd connection = accept();
    sys::Message message;
    ASSERT_EQ(sys::receive_message(connection.get(), message, 4096, 4), sys::Received::message);
    answer(connection);
    EXPECT_TRUE(closed(connection));
}

TEST_F(Link, ForgetsTheAnswerWithTheLaunch) {
    listen();
    auto launched = launch(plan::LaunchOp::make_tree);
    launched.reset();
    settle();
    EXPECT_THAT(replies, IsEmpty());
}

TEST_F(Link, MayBeDestroyedInsideTheAnswer) {
    std::unique_ptr<Launch> launched;
    bool answered = false;
    launched = link.launch({}, {}, [&](const plan::LaunchReply &) {
        launched.reset();
        answered = true;
    });
    EXPECT_TRUE(until([&] { return answered; }));
}

TEST_F(Link, WaitsForRoomInAFullBacklog) {
    listen(0);
    std::vector<std::unique_ptr<Launch>> launches;
    for (int i = 0; i < 5; ++i)
        launches.push_back(launch(plan::LaunchOp::make_tree));
    settle();
    EXPECT_THAT(replies, IsEmpty());
    for (std::size_t i = 0; i < 5; ++i) {
        const sys::Fd connection = accept();
        answer(connection);
        EXPECT_TRUE(until([&] { return replies.size() == i + 1; }));
        EXPECT_EQ(replies.back().rung, plan::Rung::none);
    }
}

} // namespace

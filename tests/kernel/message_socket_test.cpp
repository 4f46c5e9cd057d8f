#include "daemon/sys/message_socket.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace frank::sys {
namespace {

std::span<const std::byte> bytes_of(const std::string &text) { return std::as_bytes(std::span(text)); }
std::string text_of(const Message &message) {
    return {reinterpret_cast<const char *>(message.bytes.data()), message.bytes.size()};
}

/// The numbers in use: to see that none is left over.
std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

int error_of_receiving(int socket, std::size_t limit, std::size_t max_fds) {
    Message message;
    try {
        (void)receive_message(socket, message, limit, max_fds);
    } catch (const std::system_error &error) {
        EXPECT_TRUE(message.fds.empty());
        return error.code().value();
    }
    return 0;
}

TEST(MessageSocket, ARecordArrivesWholeWithItsDescriptors) {
    const auto [here, there] = seqpacket_pair();
    const Fd null(must(::open("/dev/null", O_RDONLY), "open"));
    const std::array fds{null.get(), null.get()};
    ASSERT_TRUE(send_message(here.get(), bytes_of("first"), fds));
    ASSERT_TRUE(send_message(here.get(), bytes_of("second"), {}));
    Message message;
    ASSERT_EQ(receive_message(there.get(), message, 100, 4), Received::message);
    EXPECT_EQ(text_of(message), "first");
    ASSERT_EQ(message.fds.size(), 2U);
    for (const Fd &fd : message.fds) {
        struct stat info {};
        ASSERT_EQ(::fstat(fd.get(), &info), 0);
        EXPECT_TRUE(S_ISCHR(info.st_mode));
        EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    }
    ASSERT_EQ(receive_message(there.get(), message, 100, 4), Received::message);
    EXPECT_EQ(text_of(message), "second");
    EXPECT_TRUE(message.fds.empty());
}

TEST(MessageSocket, ARecordAboveTheLimitIsBreakageAndTheNextOneStillComes) {
    const auto [here, there] = seqpacket_pair();
    ASSERT_TRUE(send_message(here.get(), bytes_of("12345"), {}));
    ASSERT_TRUE(send_message(here.get(), bytes_of("ok"), {}));
    EXPECT_EQ(error_of_receiving(there.get(), 4, 0), EMSGSIZE);
    Message message;
    ASSERT_EQ(receive_message(there.get(), message, 4, 0), Received::message);
    EXPECT_EQ(text_of(message), "ok");
}

TEST(MessageSocket, SurplusDescriptorsAreClosedAndBreakage) {
    const auto [here, there] = seqpacket_pair();
    const Fd null(must(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
    const std::vector<int> fds(253, null.get()); // as many as the kernel lets through
    const std::size_t before = open_descriptors();
    ASSERT_TRUE(send_message(here.get(), bytes_of("x"), fds));
    EXPECT_EQ(error_of_receiving(there.get(), 10, 252), EMSGSIZE);
    EXPECT_EQ(open_descriptors(), before);
}

TEST(MessageSocket, AnEndedPeerIsTheEndAndSendingSaysSo) {
    auto [here, there] = seqpacket_pair();
    here.reset();
    Message message;
    EXPECT_EQ(receive_message(there.get(), message, 10, 0), Received::end);
    EXPECT_FALSE(send_message(there.get(), bytes_of("x"), {})) << "and no SIGPIPE";
}

TEST(MessageSocket, APeerThatDiedWithUnreadRecordsIsTheEndToo) {
    auto [here, there] = seqpacket_pair();
    ASSERT_TRUE(send_message(there.get(), bytes_of("unread"), {}));
    here.reset();
    Message message;
    EXPECT_EQ(receive_message(there.get(), message, 10, 0), Received::end); // ECONNRESET
}

TEST(MessageSocket, NothingYetOnANonBlockingSocket) {
    const auto [here, there] = seqpacket_pair();
    must(::fcntl(there.get(), F_SETFL, O_NONBLOCK), "fcntl");
    Message message;
    EXPECT_EQ(receive_message(there.get(), message, 10, 0), Received::nothing_yet);
}

TEST(MessageSocket, AnEmptyRecordCannotBeSent) {
    const auto [here, there] = seqpacket_pair();
    EXPECT_THROW((void)send_message(here.get(), {}, {}), std::system_error);
}

TEST(MessageSocket, AFullSocketIsBreakageNotAWait) {
    const auto [here, there] = seqpacket_pair();
    must(::fcntl(here.get(), F_SETFL, O_NONBLOCK), "fcntl");
    const std::string record(4096, 'x');
    try {
        for (int i = 0; i < 10'000; ++i)
            ASSERT_TRUE(send_message(here.get(), bytes_of(record), {}));
        FAIL() << "the kernel took 40 MB";
    } catch (const std::system_error &error) {
        EXPECT_EQ(error.code().value(), EAGAIN);
    }
}

class ListenerTest : public testing::Test {
  protected:
    ListenerTest() {
        std::string pattern = testing::TempDir() + "frank-socket-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        directory = pattern;
    }
    ~ListenerTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    std::string directory;
};

TEST_F(ListenerTest, IsPrivateNonBlockingAndAnswers) {
    const std::string path = directory + "/s";
    const mode_t old = ::umask(0);
    const Fd listener = listen_seqpacket(path, 4);
    (void)::umask(old);
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600U);
    EXPECT_EQ(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), -1);
    EXPECT_EQ(errno, EAGAIN);
    const Fd client = connect_seqpacket(path);
    EXPECT_NE(::fcntl(client.get(), F_GETFL) & O_NONBLOCK, 0);
    const Fd served(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(served);
    EXPECT_EQ(peer_uid(served.get()), ::geteuid());
    ASSERT_TRUE(send_message(client.get(), bytes_of("hello"), {}));
    Message message;
    ASSERT_EQ(receive_message(served.get(), message, 10, 0), Received::message);
    EXPECT_EQ(text_of(message), "hello");
}

TEST_F(ListenerTest, RefusesAPathThatIsTaken) {
    const std::string path = directory + "/s";
    const Fd listener = listen_seqpacket(path, 4);
    EXPECT_THROW((void)listen_seqpacket(path, 4), std::system_error);
}

TEST_F(ListenerTest, RefusesAPathTooLongForASocket) {
    const std::string path = directory + "/" + std::string(200, 'x');
    EXPECT_THROW((void)listen_seqpacket(path, 4), std::system_error);
    EXPECT_THROW((void)connect_seqpacket(path), std::system_error);
}

TEST_F(ListenerTest, NobodyListeningIsBreakage) {
    EXPECT_THROW((void)connect_seqpacket(directory + "/none"), std::system_error);
}

} // namespace
} // namespace frank::sys

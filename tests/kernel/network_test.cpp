// A session with a network of its own and frank-net as its way out. The test is "this machine", in a network
// namespace of its own with one more address. Needs root.

#include "support/live_session.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

namespace frank {
namespace {

using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using testing::HasSubstr;

constexpr const char *machine = "10.99.0.1";

sockaddr_in address_of(const char *text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    (void)::inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

bool add_machine_address() {
    const sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
        return false;
    std::strcpy(request.ifr_name, "lo:1");
    const sockaddr_in address = address_of(machine, 0);
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    return ::ioctl(socket.get(), SIOCSIFADDR, &request) == 0;
}

/// One socket of the machine's that gives back all it gets, until it is closed.
class Echo {
  public:
    explicit Echo(int type, const char *at = machine)
        : socket_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)), type_(type) {
        sockaddr_in address = address_of(at, 0);
        socklen_t size = sizeof address;
        sys::must(::bind(socket_.get(), reinterpret_cast<sockaddr *>(&address), size), "bind");
        if (type == SOCK_STREAM)
            sys::must(::listen(socket_.get(), 4), "listen");
        sys::must(::getsockname(socket_.get(), reinterpret_cast<sockaddr *>(&address), &size), "getsockname");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { type_ == SOCK_STREAM ? streams() : datagrams(); });
    }
    Echo(const Echo &) = delete;
    Echo &operator=(const Echo &) = delete;
    ~Echo() {
        (void)::shutdown(socket_.get(), SHUT_RDWR);
        thread_.join();
    }
    std::string port() const { return std::to_string(port_); }

  private:
    void streams() {
        std::array<char, 65536> part{};
        for (int fd; (fd = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            const sys::Fd peer(fd);
            for (ssize_t got; (got = ::read(peer.get(), part.data(), part.size())) > 0;)
                (void)!::send(peer.get(), part.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
        }
    }
    void datagrams() {
        std::array<char, 2048> part{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        for (ssize_t got; (got = ::recvfrom(socket_.get(), part.data(), part.size(), 0,
                                            reinterpret_cast<sockaddr *>(&from), &size)) > 0;)
            (void)::sendto(socket_.get(), part.data(), static_cast<std::size_t>(got), 0,
                           reinterpret_cast<sockaddr *>(&from), size);
    }

    sys::Fd socket_;
    int type_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

class UserNetworkTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        if (::access("/dev/net/tun", F_OK) != 0)
            GTEST_SKIP() << "needs /dev/net/tun";
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0); // this process runs one test
        ASSERT_TRUE(add_machine_address());
    }
    LaunchRequest workshop() const {
        LaunchRequest request = test::launch_request(LaunchOp::start_workshop);
        request.instance = plan::no_instance;
        request.network = plan::Network::user;
        return request;
    }
    /// The session's frank-net as /proc/PID, once it has become that; "" where there is none.
    static std::string frank_net(LiveSession &session) {
        const std::string parent = "\nPPid:\t" + std::to_string(session.launched().launcher_pid()) + "\n";
        for (int i = 0; i < 250; ++i, ::usleep(20'000))
            for (const auto &entry : std::filesystem::directory_iterator("/proc"))
                if (const std::string status = test::slurp(entry.path() / "status");
                    status.starts_with("Name:\tfrank-net\n") && status.find(parent) != std::string::npos)
                    return entry.path();
        return "";
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
};

// Perl is there wherever Debian is; it sends the first argument's bytes and prints what comes back.
constexpr const char *talk =
    "use IO::Socket::INET; my ($proto, $to, $count) = @ARGV;"
    "my $s = IO::Socket::INET->new(Proto => $proto, PeerAddr => $to, Timeout => 10) or die \"no: $!\\n\";"
    "my $text = join('', map { chr(97 + $_ % 26) } 1 .. $count); my $back = '';"
    "if ($proto eq 'udp') { $s->send($text); alarm 10; $s->recv($back, 65536); }"
    "elsif (fork) { while (length $back < $count) { last unless sysread $s, $back, 65536, length $back } "
    "wait }"
    "else { syswrite $s, $text; exit 0 }"
    "print $back eq $text ? 'same' : 'other: ' . length $back;";

TEST_F(UserNetworkTest, ConnectionsLeadOutAndCarryEveryByteBothWays) {
    Echo echo(SOCK_STREAM);
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive()) << session.reply().detail.data();
    const std::string to = std::string(machine) + ":" + echo.port();
    EXPECT_EQ(session.run({"/usr/bin/perl", "-e", talk, "tcp", to, "3000000"}).output, "same");
}

TEST_F(UserNetworkTest, DatagramsLeadOut) {
    Echo echo(SOCK_DGRAM);
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    const std::string to = std::string(machine) + ":" + echo.port();
    EXPECT_EQ(session.run({"/usr/bin/perl", "-e", talk, "udp", to, "900"}).output, "same");
}

TEST_F(UserNetworkTest, ThisMachinesLoopbackIsOutOfReach) {
    Echo echo(SOCK_STREAM, "127.0.0.1");
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    for (const char *host : {"127.0.0.1:", "10.0.2.2:"})
        EXPECT_THAT(session.run({"/usr/bin/perl", "-e", talk, "tcp", host + echo.port(), "10"}).output,
                    HasSubstr("no: "))
            << host;
}

TEST_F(UserNetworkTest, AbstractSocketsOfTheMachineAreOutOfReach) {
    const sys::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, "frank-net-test");
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    const char *connect = "use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0);"
                          "print connect($s, pack('S a108', AF_UNIX, \"\\0frank-net-test\")) ? 'in' : 'out'";
    EXPECT_EQ(session.run({"/usr/bin/perl", "-e", connect}).output, "out");
}

TEST_F(UserNetworkTest, NamesAreAskedOfFrankNet) {
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    EXPECT_THAT(session.shell("cat /etc/resolv.conf").output, HasSubstr("nameserver 10.0.2.3\n"));
}

TEST_F(UserNetworkTest, FrankNetHasNoPrivilegeAndNoDescriptorsButItsOwn) {
    const LaunchRequest request = workshop();
    LiveSession session(request, settings_);
    ASSERT_TRUE(session.alive());
    const std::string process = frank_net(session);
    std::string status;
    for (int i = 0; i < 250 && status.find("Seccomp:\t2") == std::string::npos; ++i, ::usleep(20'000))
        status = test::slurp(process + "/status");
    EXPECT_THAT(status, HasSubstr("Uid:\t" + std::to_string(request.id_base + 65534) + "\t"));
    EXPECT_THAT(status, HasSubstr("Seccomp:\t2"));
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
    for (const char *set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        EXPECT_THAT(status, HasSubstr(std::string(set) + ":\t0000000000000000"));
    std::vector<int> open;
    for (const auto &entry : std::filesystem::directory_iterator(process + "/fd"))
        if (const int fd = std::stoi(entry.path().filename()); fd > 2)
            open.push_back(fd);
    EXPECT_THAT(open, testing::UnorderedElementsAre(3, 4));
}

TEST_F(UserNetworkTest, NothingOfItOutlivesItsSession) {
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    const std::string process = frank_net(session);
    ASSERT_NE(process, "");
    session.stop();
    EXPECT_FALSE(std::filesystem::exists(process));
}

TEST_F(UserNetworkTest, DiesWithItsSupervisor) {
    LiveSession session(workshop(), settings_);
    ASSERT_TRUE(session.alive());
    const std::string process = frank_net(session);
    ASSERT_NE(process, "");
    session.launched().kill_launcher();
    session.launched().end();
    for (int i = 0; i < 250 && std::filesystem::exists(process); ++i)
        ::usleep(20'000);
    EXPECT_FALSE(std::filesystem::exists(process));
}

TEST_F(UserNetworkTest, WithoutFrankNetThereIsNoSessionAndTheReasonIsTold) {
    const std::string libexec = scratch_ / "libexec";
    std::filesystem::create_directory(libexec);
    for (const char *program : {"frank-init", "frank-exec", "frank-tree"})
        std::filesystem::copy(std::string(FRANK_BESIDE) + "/" + program, libexec + "/" + program);
    const LaunchRequest request = workshop();
    const LiveSession refused(request, launcher::Settings{scratch_ / "storage", libexec});
    EXPECT_EQ(refused.reply().rung, Rung::network);
    EXPECT_THAT(plan::to_refusal(refused.reply(), request).message, HasSubstr("a network of its own"));
    EXPECT_NE(::kill(refused.reply().init_pid == 0 ? -999999 : refused.reply().init_pid, 0), 0);
}

} // namespace
} // namespace frank

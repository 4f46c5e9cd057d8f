// Messages and files that are not as they should be: frank-init answers or ignores them and lives on.
#include "tests/support/guest_init.hpp"

#include <csignal>
#include <filesystem>
#include <random>

namespace frank::test {
namespace {

using plan::InitType;
using plan::SpawnStage;

class GuestHostile : public GuestInitTest {
  protected:
    plan::SpawnStage stage_of(const std::vector<std::byte> &payload, std::span<const int> fds = {}) {
        const std::uint64_t job = ++job_;
        client->send(InitType::spawn, job, 0, 0, payload, fds);
        const auto reply = client->next();
        if (!reply || reply->header.job != job || reply->header.type != InitType::spawn_failed)
            return SpawnStage::none;
        return static_cast<SpawnStage>(reply->header.b);
    }
    static std::vector<std::byte> payload(const plan::SpawnHead &head, const std::string &strings) {
        std::vector<std::byte> bytes(sizeof head + strings.size());
        std::memcpy(bytes.data(), &head, sizeof head);
        std::memcpy(bytes.data() + sizeof head, strings.data(), strings.size());
        return bytes;
    }
    /// By a new connection: kills what runs, waits for its end, and frees every slot.
    void forget_everything() {
        client.emplace(init->connect());
        const auto hello = client->next();
        ASSERT_TRUE(hello);
        for (int left = hello->header.a; left > 0;) {
            const auto reply = client->next();
            ASSERT_TRUE(reply);
            if (reply->header.type == InitType::running) {
                client->send(InitType::signal, reply->header.job, SIGKILL);
                continue;
            }
            if (reply->header.type == InitType::exited)
                client->send(InitType::forget, reply->header.job);
            --left; // spawn_failed: forgotten by itself
        }
    }
    std::size_t descriptors_of_init() const {
        const std::filesystem::directory_iterator all("/proc/" + std::to_string(init->pid()) + "/fd");
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

  private:
    std::uint64_t job_ = 0;
};

TEST_F(GuestHostile, EveryKindOfMalformedSpawnIsAnswered) {
    using namespace std::string_literals;
    plan::SpawnHead good;
    good.argc = 1;
    const auto changed = [&](auto change) {
        plan::SpawnHead head = good;
        change(head);
        return head;
    };
    const std::vector<std::pair<plan::SpawnHead, std::string>> cases{
        {good, ""s},                      // no strings at all
        {good, "root\0/\0true"s},         // the last one has no end
        {good, "root\0/\0"s},             // too few
        {good, "root\0/\0true\0more\0"s}, // too many
        {good, "\0/\0true\0"s},           // no user
        {good, "root\0etc\0true\0"s},     // a relative directory
        {changed([](auto &head) { head.argc = 0; }), "root\0/\0"s},
        {changed([](auto &head) { head.argc = 0xffffffff; }), "root\0/\0true\0"s},
        {changed([](auto &head) { head.argc = 0xffffffff, head.envc = 2; }), "root\0/\0true\0"s},
        {changed([](auto &head) { head.envc = 1; }), "root\0/\0true\0novalue\0"s},
        {changed([](auto &head) { head.envc = 1; }), "root\0/\0true\0=x\0"s},
        {changed([](auto &head) { head.flags = 1U << 31; }), "root\0/\0true\0"s},
        {changed([](auto &head) { head.flags = plan::spawn_login; }), "root\0/\0true\0"s},
        {changed([](auto &head) { head.flags = plan::spawn_log; }), "root\0/\0true\0"s}, // without a log
        {changed([](auto &head) { head.fd_count = 1; }), "root\0/\0true\0"s}, // without a descriptor
        {changed([](auto &head) { head.fd_count = 0xffffffff; }), "root\0/\0true\0"s},
    };
    for (std::size_t i = 0; i < cases.size(); ++i)
        EXPECT_EQ(stage_of(payload(cases[i].first, cases[i].second)), SpawnStage::message) << "case " << i;
    EXPECT_EQ(stage_of({}), SpawnStage::message);
    const std::vector<int> two{STDIN_FILENO, STDIN_FILENO};
    for (const std::uint32_t number : {0U, 1024U, 0xffffffffU}) { // 0 twice, and out of range
        auto head = changed([&](auto &it) { it.fd_count = 2, it.fd_numbers[0] = number; });
        EXPECT_EQ(stage_of(payload(head, "root\0/\0true\0"s), two), SpawnStage::message) << number;
    }
    EXPECT_EQ(client->run(shell("echo fine")).output, "fine\n");
}

TEST_F(GuestHostile, AWatcherComesWithATableAndAlone) {
    using namespace std::string_literals;
    using plan::spawn_debug, plan::spawn_log, plan::spawn_table, plan::spawn_trace;
    plan::SpawnHead head;
    head.argc = 1;
    const auto stage = [&](std::uint32_t flags, std::size_t fds) {
        head.flags = flags;
        return stage_of(payload(head, "root\0/\0true\0"s), std::vector<int>(fds, STDIN_FILENO));
    };
    EXPECT_EQ(stage(spawn_trace, 1), SpawnStage::message) << "no table";
    EXPECT_EQ(stage(spawn_table | spawn_trace, 1), SpawnStage::message) << "no descriptor for it";
    EXPECT_EQ(stage(spawn_table | spawn_trace | spawn_debug, 3), SpawnStage::message) << "both";
    EXPECT_EQ(stage(spawn_table | spawn_trace | spawn_log, 3), SpawnStage::message) << "a log besides";
    EXPECT_NE(stage(spawn_table | spawn_trace, 2), SpawnStage::message);
}

TEST_F(GuestHostile, TwentyThousandRandomMessagesNeitherKillNorLeak) {
    std::mt19937 random(20'211'104); // NOLINT: the same every time
    const std::size_t before = descriptors_of_init();
    const auto good = plan::encode_spawn(command({"true"}), 0);
    for (int i = 0; i < 20'000; ++i) {
        plan::InitHeader header;
        header.magic = random() % 8 == 0 ? static_cast<std::uint32_t>(random()) : plan::init_magic;
        header.type =
            static_cast<InitType>(random() % 4 == 0 ? random() : random() % 5); // 5, shutdown, left out
        if (header.type == InitType::shutdown)
            continue;
        header.job = random() % 1000;
        header.a = static_cast<int>(random());
        header.b = static_cast<int>(random());
        std::vector<std::byte> body = good;
        body.resize(random() % 3 == 0 ? random() % 2000 : good.size());
        for (auto flips = random() % 40; flips > 0 && !body.empty(); --flips)
            body[random() % body.size()] = static_cast<std::byte>(random());
        header.size = static_cast<std::uint32_t>(random() % 6 == 0 ? random() : body.size());
        std::vector<std::byte> bytes(sizeof header + body.size());
        std::memcpy(bytes.data(), &header, sizeof header);
        std::ranges::copy(body, bytes.begin() + sizeof header);
        if (random() % 10 == 0)
            bytes.resize(1 + random() % bytes.size());
        const std::vector<int> fds(random() % 4 == 0 ? random() % 60 : 0, STDERR_FILENO);
        client->send_raw(bytes, fds);
        while (wait_readable(client->socket(), 0))
            (void)client->next();
    }
    forget_everything();
    EXPECT_EQ(client->run(shell("echo alive")).output, "alive\n");
    EXPECT_LE(descriptors_of_init(), before) << "descriptors that came with nonsense are closed";
}

TEST_F(GuestHostile, ARecordTooLongIsAnswered) {
    plan::InitHeader header;
    header.type = InitType::spawn;
    header.job = 5;
    header.size = plan::init_max_payload + 1;
    std::vector<std::byte> bytes(sizeof header + header.size);
    std::memcpy(bytes.data(), &header, sizeof header);
    client->send_raw(bytes);
    const auto reply = client->next();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header.type, InitType::spawn_failed);
    EXPECT_EQ(reply->header.a, EMSGSIZE);
}

TEST_F(GuestHostile, TheLongestRequestWorks) {
    auto request = shell("printf %s \"$0\" | wc -c");
    request.argv.emplace_back(60'000, 'x');
    EXPECT_EQ(client->run(request).output, "60000\n");
    request = shell("echo $#");
    request.argv.resize(20'000, "");
    EXPECT_EQ(client->run(request).output, "19996\n");
}

TEST_F(GuestHostile, APeerThatNeverReadsHoldsUpNothing) {
    for (std::uint64_t job = 1; job <= 400; ++job)
        client->spawn(job, command({"no-such-command"}));
    for (int i = 0; i < 3000; ++i)
        client->spawn(1, {}); // refused or failed each time; nobody reads the answers
    InitClient other = init->connect();
    ASSERT_TRUE(other.next());
    EXPECT_EQ(other.run(shell("echo served")).output, "served\n");
}

class GuestWithBadAccounts : public GuestHostile {
  protected:
    GuestFiles files() const override {
        GuestFiles result;
        result.passwd = "\n:::::::\nbroken\nhuge:x:99999999999:1::/:/bin/sh\nminus:x:-1:-1::/:/bin/sh\n" +
                        std::string(100'000, 'A') + ":x:1:1::/:/bin/sh\nlong:x:5:5::/" +
                        std::string(5000, 'h') +
                        ":/bin/sh\nnohome:x:6:6\nrelative:x:7:7::home:sh\nlast:x:8:8::/:/bin/sh";
        result.group = "\n:::\nbig:x:5000000000:last\nx:x:20:" + std::string(50'000, 'y') +
                       ",last\na:x:21:last\nb:x:22:other,last\nc:x:23:lastly\nd:x:24:last,";
        return result;
    }
};

TEST_F(GuestWithBadAccounts, BadLinesArePassedOverAndGoodOnesFound) {
    auto request = shell("id -u; id -G; echo $HOME $SHELL");
    request.user = "last";
    EXPECT_EQ(client->run(request).output, "8\n8 21 22 24\n/ /bin/sh\n");
    request.user = "relative";
    EXPECT_EQ(client->run(request).output, "7\n7\n/ /bin/sh\n");
    for (const char *name : {"broken", "huge", "minus", "long", "nohome"}) {
        request.user = name;
        EXPECT_EQ(client->run(request).stage, SpawnStage::user) << name;
    }
    request.user = "root"; // is not in this file
    EXPECT_EQ(client->run(request).output, "0\n0\n/root /bin/sh\n");
}

} // namespace
} // namespace frank::test

// What frank-init finds where frankend tells it to look, and what a work-around's limits become.
#include "daemon/plan/hang.hpp"
#include "daemon/plan/wide_numbers.hpp"
#include "daemon/plan/workaround.hpp"
#include "tests/support/guest_init.hpp"

#include <dirent.h>
#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/vfs.h>

namespace frank::test {
namespace {

using plan::InitType;

class GuestLook : public GuestInitTest {
  protected:
    /// Bit by bit: has the root one of the paths of each?
    std::uint64_t look(const std::vector<std::vector<std::string>> &questions) {
        std::vector<plan::Workaround> all(questions.size());
        plan::Chosen chosen;
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i].paths = questions[i];
            chosen.push_back(&all[i]);
        }
        client->send(InitType::look, 0, 0, 0, plan::encode_questions(chosen));
        return answer();
    }
    std::uint64_t look_raw(const std::string &bytes) {
        const auto view = std::as_bytes(std::span(bytes));
        client->send(InitType::look, 0, 0, 0, {view.begin(), view.end()});
        return answer();
    }
    std::uint64_t answer() {
        const auto reply = client->next();
        if (!reply || reply->header.type != InitType::looked)
            throw std::runtime_error("no answer");
        return reply->header.job;
    }
    /// In the session's /run, which is its own.
    void make(const std::string &script) { ASSERT_EQ(client->run(shell(script)).status, 0) << script; }
    /// What `script` makes as /run/libc in place of the root's own, without which no dynamic program runs any
    /// more.
    void put_libc(const std::string &script) {
        make(script + " && for libc in /lib/*-linux-gnu*/libc.so.6; do "
                      "busybox mount -o bind /run/libc \"$libc\" || exit; done");
    }
};

TEST_F(GuestLook, TellsABitForEachQuestion) {
    make("mkdir -p /run/a/go-1.19/bin /run/a/.hidden && touch /run/a/go-1.19/bin/go /run/a/.hidden/go");
    EXPECT_EQ(look({{"/run/a"},
                    {"/run/none"},
                    {"/run/none", "/run/a/go-1.19"},
                    {"/run/a/go-*/bin/go"},
                    {"/run/a/go-2*/bin/go"},
                    {"/run/?/*/bin"},
                    {"/run/a/?hidden"},
                    {"/run/a/go-*/bin/go/more"}}),
              0b0010'1101U);
    EXPECT_EQ(look({}), 0U);
}

TEST_F(GuestLook, IsHeldUpByNothing) {
    make("mkdir /run/a && mkfifo /run/a/fifo && ln -s loop /run/a/loop && ln -s /../../run/a/fifo "
         "/run/a/link && "
         "ln -s /nowhere /run/a/dangling && i=0; while [ $i -lt 3000 ]; do : >/run/a/file$i; i=$((i+1)); "
         "done");
    EXPECT_EQ(look({{"/run/a/fifo"},
                    {"/run/a/loop"},
                    {"/run/a/link"},
                    {"/run/a/dangling"},
                    {"/run/a/*2999"},
                    {"/run/a/fifo/*"}}),
              0b01'0101U);
}

TEST_F(GuestLook, LooksForNothingThatIsNoPathOfARoot) {
    EXPECT_EQ(look_raw(std::string("/run", 4)), 0U) << "not ended";
    EXPECT_EQ(look_raw(std::string("/run/../etc\0\0", 13)), 0U);
    EXPECT_EQ(look_raw(std::string("etc\0\0", 5)), 0U);
    EXPECT_EQ(look_raw(std::string("/*/*/*\0\0", 8)), 0U);
    EXPECT_EQ(look_raw(""), 0U);
    std::string many(70, '\0');
    many += std::string("/etc\0\0", 6);
    EXPECT_EQ(look_raw(many), 0U) << "there are 64 bits";
    EXPECT_EQ(look({{"/etc"}}), 1U) << "and it still answers";
}

TEST_F(GuestLook, TellsWhetherTheGlibcIsOfTheseVersions) {
    const std::string ours = ::gnu_get_libc_version(); // the root is this machine's own
    const auto look = [this](const std::vector<std::string> &texts) {
        std::string question;
        for (const std::string &text : texts)
            question += text + '\0';
        return look_raw(question + '\0');
    };
    EXPECT_EQ(look({">= " + ours}), 1U);
    EXPECT_EQ(look({"< " + ours}), 0U);
    EXPECT_EQ(look({">= 2.0", "< 9.0"}), 1U);
    EXPECT_EQ(look({">= 2.0", "< 2.1"}), 0U);
    EXPECT_EQ(look({">= 2.0", "/etc"}), 1U) << "the one and the other";
    EXPECT_EQ(look({">= 2.0", "/none"}), 0U);
    EXPECT_EQ(look({"< 2.1", "/etc"}), 0U);
    EXPECT_EQ(look({"/etc", "2.0"}), 0U) << "no rule";
}

TEST_F(GuestLook, IsHeldUpByNoHostileLibc) {
    const std::string rule("< 99.0\0\0", 8);
    ASSERT_EQ(look_raw(rule), 1U);
    put_libc("mkfifo /run/libc");
    EXPECT_EQ(look_raw(rule), 0U) << "not waited for";
}

TEST_F(GuestLook, ReadsNoMoreOfALibcThanThereCanBe) {
    put_libc("head -c 20000000 /dev/zero >/run/libc && "
             "echo 'GNU C Library (x) stable release version 2.30.' >>/run/libc");
    EXPECT_EQ(look_raw(std::string("< 99.0\0\0", 8)), 0U);
}

TEST_F(GuestLook, BelievesTheRootAboutItself) {
    // The banner lies across what is read at once.
    put_libc(
        "{ head -c 32750 /dev/zero; echo 'GNU C Library (x) stable release version 1.30.'; } >/run/libc");
    EXPECT_EQ(look_raw(std::string("< 1.31\0\0", 8)), 1U);
    EXPECT_EQ(look_raw(std::string("< 1.30\0\0", 8)), 0U);
}

TEST_F(GuestLook, TellsWhichNumbersTheFileSystemHasWhereItIsAsked) {
    plan::WideNumbers expected; // of this machine's own directories, by another way
    for (const char *path : plan::sampled_directories) {
        DIR *directory = ::opendir(path);
        const dirent *entry = nullptr;
        for (std::size_t i = 0; directory != nullptr && i < plan::max_sampled_entries &&
                                (entry = ::readdir(directory)) != nullptr;
             ++i)
            expected.take(entry->d_ino, static_cast<std::uint64_t>(entry->d_off));
        if (directory != nullptr)
            (void)::closedir(directory);
    }
    struct statfs root {};
    ASSERT_EQ(::statfs("/", &root), 0);
    client->send(InitType::look, 0, 1);
    auto reply = client->next();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header.a, expected.bits());
    EXPECT_EQ(reply->header.b, static_cast<int>(root.f_type));
    client->send(InitType::look, 0, 0);
    reply = client->next();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->header.a, 0);
    EXPECT_EQ(reply->header.b, 0);
}

TEST_F(GuestLook, MeasuresWhatAJobHasUsedAndWhatRunsInIt) {
    client->spawn(1, shell("while :; do :; done"));
    client->spawn(2, command({"/bin/bash", "-c", "exec -a /usr/bin/node sleep 1000"}));
    client->expect(InitType::spawned, 1);
    client->expect(InitType::spawned, 2);
    const auto measure = [this](std::uint64_t job) {
        client->send(InitType::measure, job);
        return client->expect(InitType::measured, job).header;
    };
    ::usleep(200'000);
    const auto busy = measure(1);
    const auto waiting = measure(2);
    EXPECT_EQ(waiting.b, plan::hang_node);
    ::usleep(500'000);
    EXPECT_GT(measure(1).a, busy.a);
    EXPECT_EQ(measure(2).a, waiting.a);
    client->send(InitType::measure, 99); // there is no such job: nothing is said
    EXPECT_EQ(measure(2).job, 2U);
}

TEST_F(GuestLook, GivesACommandTheLimitsOfAWorkaround) {
    rlimit files{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
    plan::SpawnRequest request = shell("ulimit -Ss; ulimit -Sn; ulimit -Hn");
    request.limits = {16777216, 100, 0};
    EXPECT_EQ(client->run(request).output, "16384\n100\n" + std::to_string(files.rlim_max) + "\n");
    request.limits = {0, ~std::uint64_t{0} >> 1, 0};
    request.argv.back() = "test $(ulimit -Sn) = $(ulimit -Hn)";
    EXPECT_EQ(client->run(request).status, 0) << "as far as the hard limit allows";
}

} // namespace
} // namespace frank::test

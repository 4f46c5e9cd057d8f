#include "daemon/session/job_record.hpp"
#include "daemon/session/job_store.hpp"
#include "daemon/session/runtime_store.hpp"
#include "daemon/session/settings_store.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::TemporaryDirectory;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Stores : public testing::Test {
  protected:
    std::string path(const std::string &name) const { return directory.path() + "/" + name; }
    void write(const std::string &name, const std::string &text) const { std::ofstream(path(name)) << text; }
    std::string read(const std::string &name) const {
        std::stringstream text;
        text << std::ifstream(path(name)).rdbuf();
        return text.str();
    }
    bool exists(const std::string &name) const { return std::filesystem::exists(path(name)); }
    JobStore jobs(const std::string &boot = "boot-1") const { return {path("state"), path("run"), boot}; }
    SettingsStore settings() const { return SettingsStore(path("state")); }

    static plan::SessionSettings sample(const std::string &name) {
        return {*plan::SessionName::parse(name),
                plan::RootKind::archive,
                {1, 2, 3},
                1000,
                524288,
                plan::DiskIds::foreign,
                plan::Arch::arm64,
                "cortex-a53",
                "pi.tar",
                "Debian",
                1234567,
                true,
                false};
    }

    TemporaryDirectory directory;
};

TEST_F(Stores, NeverGiveAJobIdTwiceAcrossCrashes) {
    std::set<JobId> seen;
    for (int crash = 0; crash < 3; ++crash) {
        JobStore store = jobs();
        for (int i = 0; i < 100; ++i)
            EXPECT_TRUE(seen.insert(store.next_id()).second);
    }
    EXPECT_EQ(*seen.begin(), 1U);
}

TEST_F(Stores, ReserveIdsInBlocksOf64) {
    JobStore store = jobs();
    EXPECT_EQ(store.next_id(), 1U);
    EXPECT_EQ(read("state/next-job"), "65\n");
    EXPECT_EQ(jobs().next_id(), 65U);
}

TEST_F(Stores, DoNotGoBackWhenTheCounterIsTorn) {
    JobStore first = jobs();
    write("state/next-job", "");
    JobStore store = jobs();
    EXPECT_GT(store.next_id(), 1'000'000'000U);
    EXPECT_TRUE(exists("state/next-job.broken-1"));
}

TEST_F(Stores, KeepEveryFieldOfAJob) {
    Job job;
    job.id = 7;
    job.kind = JobKind::destroy;
    job.session = "rpi3";
    job.owner = 0xfffffffe;
    job.description = "gcc \"x\" \\n";
    job.state = JobState::failed;
    job.status = 3;
    job.refusal = {Error::no_space, "it is full"};
    job.group = 42;
    job.calls = {1'000, 7};
    job.has_terminal = job.has_log = true;
    job.started = 5;
    job.ended = 6;
    const auto read_back = job_from_toml(to_toml(JobRecord{"boot", job}));
    ASSERT_TRUE(read_back) << read_back.error().message;
    const Job &same = read_back->job;
    EXPECT_EQ(read_back->boot_id, "boot");
    EXPECT_EQ(
        std::tie(same.id, same.kind, same.session, same.owner, same.description, same.state, same.status),
        std::tie(job.id, job.kind, job.session, job.owner, job.description, job.state, job.status));
    EXPECT_EQ(std::tie(same.group, same.calls), std::tie(job.group, job.calls));
    EXPECT_EQ(std::tie(same.refusal, same.has_terminal, same.has_log, same.started, same.ended),
              std::tie(job.refusal, job.has_terminal, job.has_log, job.started, job.ended));
}

TEST_F(Stores, SetATornJobRecordAside) {
    const JobStore store = jobs();
    Job job;
    job.id = 3;
    job.session = "rpi3";
    store.save(job);
    const std::string whole = read("run/jobs/3.toml");
    write("run/jobs/3.toml", whole.substr(0, whole.size() / 2));
    write("run/jobs/4.toml", whole); // another job's
    EXPECT_THAT(store.load(), IsEmpty());
    EXPECT_TRUE(exists("run/jobs/3.toml.broken-1"));
    EXPECT_TRUE(exists("run/jobs/4.toml.broken-1"));
    EXPECT_FALSE(exists("run/jobs/3.toml"));
}

TEST_F(Stores, ForgetJobsOfAnotherBootAndLogsOfNone) {
    const JobStore before = jobs("boot-1");
    Job job;
    job.id = 3;
    job.session = "rpi3";
    before.save(job);
    (void)before.create_log(3);
    (void)before.create_log(9);
    EXPECT_THAT(before.load(), SizeIs(1));
    EXPECT_TRUE(exists("state/jobs/3.log"));
    EXPECT_FALSE(exists("state/jobs/9.log"));
    EXPECT_THAT(jobs("boot-2").load(), IsEmpty());
    EXPECT_FALSE(exists("run/jobs/3.toml"));
    EXPECT_FALSE(exists("state/jobs/3.log"));
}

TEST_F(Stores, MakePrivateFilesOnly) {
    const JobStore store = jobs();
    (void)store.create_log(1);
    settings().save(sample("rpi3"));
    for (const char *name : {"state", "state/jobs", "state/rootfs", "state/rootfs/rpi3", "run", "run/jobs"})
        EXPECT_EQ(std::filesystem::status(path(name)).permissions(), std::filesystem::perms(0700)) << name;
    EXPECT_EQ(std::filesystem::status(path("state/jobs/1.log")).permissions(), std::filesystem::perms(0600));
}

TEST_F(Stores, ReadSettingsBack) {
    settings().save(sample("rpi3"));
    settings().save(sample("armhf"));
    const auto all = settings().load();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].name.str(), "armhf");
    EXPECT_EQ(all[1].cpu, "cortex-a53");
}

TEST_F(Stores, SetTornSettingsAsideAndKeepThem) {
    settings().save(sample("rpi3"));
    const std::string whole = read("state/rootfs/rpi3/session.toml");
    for (int n = 1; n <= 2; ++n) {
        write("state/rootfs/rpi3/session.toml", whole.substr(0, whole.size() - 20));
        EXPECT_THAT(settings().load(), IsEmpty());
        EXPECT_TRUE(exists("state/rootfs/rpi3/session.toml.broken-" + std::to_string(n)));
    }
    settings().save(sample("rpi3"));
    settings().remove("rpi3");
    EXPECT_TRUE(exists("state/rootfs/rpi3/session.toml.broken-1"));
    EXPECT_FALSE(exists("state/rootfs/rpi3/session.toml"));
}

TEST_F(Stores, SetSettingsOfAnotherNameAside) {
    settings().save(sample("rpi3"));
    std::filesystem::copy(path("state/rootfs/rpi3"), path("state/rootfs/copy"));
    EXPECT_THAT(settings().load(), SizeIs(1));
    EXPECT_TRUE(exists("state/rootfs/copy/session.toml.broken-1"));
}

TEST_F(Stores, AreNotConfusedByStrayFiles) {
    settings().save(sample("rpi3"));
    write("state/rootfs/README", "not mine");
    write("state/rootfs/afile", "not mine");
    std::filesystem::create_directory(path("state/rootfs/empty"));
    EXPECT_THAT(settings().load(), SizeIs(1));
    EXPECT_TRUE(exists("state/rootfs/README"));
    EXPECT_TRUE(exists("state/rootfs/afile.broken-1"));
    EXPECT_FALSE(exists("state/rootfs/empty"));
}

TEST_F(Stores, TellASessionOfThisBootFromOneOfAnother) {
    const RuntimeStore now(path("run"), "boot-1");
    now.make(now.session_directory("rpi3"), {42, {"/usr/bin/qemu-arm", "stamp"}});
    EXPECT_THAT(now.sessions(), ElementsAre("rpi3"));
    ASSERT_TRUE(now.record("rpi3"));
    EXPECT_EQ(now.record("rpi3")->started, 42U);
    EXPECT_EQ(now.record("rpi3")->emulator.path, "/usr/bin/qemu-arm");
    EXPECT_EQ(now.record("rpi3")->emulator.stamp, "stamp");
    EXPECT_FALSE(RuntimeStore(path("run"), "boot-2").record("rpi3"));
    write("run/sessions/rpi3/session.toml", "boot_id = ");
    EXPECT_FALSE(now.record("rpi3"));
    EXPECT_TRUE(exists("run/sessions/rpi3/session.toml.broken-1"));
}

} // namespace

// frankctl bind and unbind against a stand-in for frankend.
#include "tests/support/client_world.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace frank::test;
using testing::ContainsRegex;
using testing::HasSubstr;

namespace {

using FrankctlBinds = ClientWorld;

std::string here() { return std::filesystem::canonical(".").string(); }

} // namespace

TEST_F(FrankctlBinds, AreSeenWhereTheUserSaidOrWhereTheyAre) {
    EXPECT_THAT(run({"bind", "box"}).out, HasSubstr("sees no directory of this machine"));
    const Outcome outcome = run({"bind", "box", ".:/src"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out + outcome.err, "");
    ASSERT_EQ(run({"bind", "box", "/usr/./share"}).status, 0);
    ASSERT_EQ(run({"bind", "box", "/usr/lib:/lib/of/host:ro"}).status, 0);
    ASSERT_EQ(run({"bind", "box", "/usr/bin:ro"}).status, 0);
    ASSERT_EQ(run({"bind", "box", "/usr/bin:/rw:rw"}).status, 0);
    const std::string table = run({"bind", "box"}).out;
    EXPECT_THAT(table, HasSubstr("INSIDE"));
    EXPECT_THAT(table, ContainsRegex("\n/src +rw +" + here() + "\n"));
    EXPECT_THAT(table, ContainsRegex("\n/usr/share +rw +/usr/share\n"));
    EXPECT_THAT(table, ContainsRegex("\n/lib/of/host +ro +/usr/lib\n"));
    EXPECT_THAT(table, ContainsRegex("\n/usr/bin +ro +/usr/bin\n"));
    EXPECT_THAT(table, ContainsRegex("\n/rw +rw +/usr/bin .rw was said.\n"));
    EXPECT_EQ(run({"bind", "box", "--quiet"}).out, "/src\n/usr/share\n/lib/of/host\n/usr/bin\n/rw\n");
    const auto json = nlohmann::json::parse(run({"bind", "box", "--format", "json"}).out);
    ASSERT_EQ(json.size(), 5U);
    EXPECT_EQ(json[2]["target"], "/lib/of/host");
    EXPECT_EQ(json[2]["writable"], false);
    EXPECT_THAT(run({"show", "box"}).out, ContainsRegex("\nbind: +/usr/lib at /lib/of/host .read-only.\n"));
    EXPECT_EQ(run({"unbind", "box", "/src"}).status, 0);
    EXPECT_THAT(run({"bind", "box"}).out, testing::Not(HasSubstr("/src")));
    const Outcome none = run({"unbind", "box", "/src"});
    EXPECT_EQ(none.status, 125);
    EXPECT_THAT(none.err, HasSubstr("nothing is bound at /src"));
}

TEST_F(FrankctlBinds, RefuseWhatIsNoDirectoryOrNoFormOfIt) {
    const auto refused = [this](std::vector<std::string> words) {
        words.insert(words.begin(), {"bind", "box"});
        const Outcome outcome = run(words);
        EXPECT_EQ(outcome.status, 125);
        return outcome.err;
    };
    EXPECT_THAT(refused({"/nowhere/at/all"}), HasSubstr("cannot read the directory '/nowhere/at/all'"));
    EXPECT_THAT(refused({"/etc/passwd:/p"}), HasSubstr("cannot read the directory '/etc/passwd'"));
    EXPECT_THAT(refused({".:/a:rx"}), HasSubstr("'rx' is neither ro nor rw"));
    EXPECT_THAT(refused({".:/a:b:rw"}), HasSubstr("write SRC[:DST[:ro|rw]]"));
    EXPECT_THAT(refused({":/a"}), HasSubstr("it names no directory"));
    EXPECT_THAT(refused({".::ro"}), HasSubstr("it names no place inside"));
    EXPECT_THAT(refused({".:/refused"}), HasSubstr("/refused is no place"));
    EXPECT_EQ(run({"bind", "denied", ".:/a"}).status, 125);
    EXPECT_EQ(run({"unbind", "box"}).status, 125);
    EXPECT_EQ(run({"bind"}).status, 125);
}

TEST_F(FrankctlBinds, AreToldWithWhatACreationWouldDo) {
    const std::string plan =
        run({"create", "new", "debian:bookworm", "--dry-run", "--bind", "/usr/./share:/doc:ro"}).out;
    EXPECT_THAT(plan, HasSubstr("this machine's /usr/share on /doc (read-only, nosuid, nodev, idmapped)\n"));
}

TEST_F(FrankctlBinds, AreGivenAtACreationWhichARefusalUndoes) {
    EXPECT_EQ(run({"create", "box", "debian:bookworm", "--arch", "arm64", "--bind", ".:/src", "--bind",
                   "/usr:/u:ro"})
                  .status,
              0);
    EXPECT_EQ(run({"bind", "box", "--quiet"}).out, "/src\n/u\n");
    for (const char *name : {"box", "slow"}) { // one that is whole by then, and one that is not
        const Outcome refused =
            run({"create", name, "debian:bookworm", "--arch", "arm64", "--bind", ".:/refused"});
        EXPECT_EQ(refused.status, 125) << name;
        EXPECT_NE(refused.err, "");
    }
    const auto jobs = nlohmann::json::parse(run({"jobs", "--all", "--format", "json"}).out);
    ASSERT_EQ(jobs.size(), 4U) << jobs;
    EXPECT_EQ(jobs[2]["kind"], "destroy");
    EXPECT_EQ(jobs[3]["state"], "cancelled");
    EXPECT_EQ(run({"create", "box", "debian:bookworm", "--bind", "/nowhere"}).status, 125);
}

// frankctl snapshot, snapshots, rollback, clone and commit against a stand-in for frankend.
#include "tests/support/client_world.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace frank::test;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

using FrankctlLayers = ClientWorld;

} // namespace

TEST_F(FrankctlLayers, SnapshotsAreMadeListedAndTakenAway) {
    const Outcome named = run({"snapshot", "box", "clean"});
    ASSERT_EQ(named.status, 0) << named.err;
    EXPECT_EQ(named.out + named.err, "");
    const std::string tag = run({"snapshot", "box"}).out;
    EXPECT_THAT(tag, MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}\n"))
        << "the time is its name";
    EXPECT_THAT(run({"snapshots", "box"}).out, ContainsRegex("SNAPSHOT +CREATED\nclean +2023-11-1"));
    EXPECT_EQ(run({"snapshots", "box", "--quiet"}).out, "clean\n" + tag);
    EXPECT_THAT(run({"show", "box"}).out, ContainsRegex("\nsnapshot: +clean, 2023-11-1"));
    const auto json = nlohmann::json::parse(run({"snapshots", "box", "--format", "json"}).out);
    EXPECT_EQ(json[0]["snapshot"], "clean");
    EXPECT_EQ(completions({"rollback", "box", "cl"}), "clean");
    EXPECT_EQ(run({"rollback", "box", "clean"}).status, 0);
    EXPECT_EQ(run({"snapshots", "box", "--remove", "clean"}).status, 0);
    EXPECT_EQ(run({"snapshots", "box", "--quiet"}).out, tag);
}

TEST_F(FrankctlLayers, RefusalsAreOneLineAnd125) {
    const Outcome gone = run({"rollback", "box", "none"});
    EXPECT_EQ(gone.status, 125);
    EXPECT_EQ(gone.err, "frankctl: there is no snapshot none\n");
    EXPECT_THAT(run({"clone", "box", "taken"}).err, HasSubstr("taken already"));
    EXPECT_THAT(run({"commit", "box", "new"}).err, HasSubstr("stays anyhow"));
    EXPECT_EQ(run({"clone", "box", "other"}).status, 0);
    EXPECT_EQ(run({"clone", "box"}).status, 125);
}

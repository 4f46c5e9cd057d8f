#include "daemon/plan/accel.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

TEST(TwinsFile, ComesBackAsItWas) {
    Twins twins;
    twins.instance = {1, 2, 0xfe};
    twins.digest = std::string(64, 'a');
    twins.suite = "bookworm";
    twins.arch = Arch::arm64;
    twins.created = 5;
    twins.tools = {"usr/bin/sed", "bin/bash"};
    const auto again = twins_from_toml(to_toml(twins));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->instance, twins.instance);
    EXPECT_EQ(again->digest, twins.digest);
    EXPECT_EQ(again->arch, Arch::arm64);
    EXPECT_EQ(again->tools, twins.tools);
}

TEST(TwinsFile, OfSomebodyElseIsRefused) {
    EXPECT_FALSE(twins_from_toml(""));
    EXPECT_FALSE(twins_from_toml("instance = \"zz\"\n"));
    EXPECT_FALSE(twins_from_toml("not toml"));
}

TEST(AccelFile, ComesBackAsItWas) {
    AccelRecord record;
    record.on = true;
    record.off = {ToolClass::archive};
    record.todo = true;
    record.suite = "bookworm";
    record.twins = std::string(64, 'b');
    record.tools.push_back(
        {"usr/bin/sed", {0, 7, 8, 9, 10}, true, "", 2000, 100, 10, "(Debian 2)", "(Debian 1)"});
    record.tools.push_back({"bin/bash", {0, 1, 2, 3, 4}, false, "version 5 here, 6 in the twin", 0, 0, 0});
    const auto again = accel_from_toml(to_toml(record));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->on);
    EXPECT_EQ(again->off, record.off);
    EXPECT_TRUE(again->todo);
    EXPECT_EQ(again->suite, "bookworm");
    EXPECT_EQ(again->twins, record.twins);
    ASSERT_EQ(again->tools.size(), 2U);
    EXPECT_TRUE(again->tools[0].file.same_file(record.tools[0].file));
    EXPECT_EQ(again->tools[0].saved_by_call(), 190U);
    EXPECT_EQ(again->tools[0].package, "(Debian 2)");
    EXPECT_EQ(again->tools[0].native_package, "(Debian 1)");
    EXPECT_EQ(again->tools[1].reason, record.tools[1].reason);
    EXPECT_EQ(again->tools[1].package, "");
    EXPECT_FALSE(accel_from_toml("on = 1\n"));
}

TEST(AccelFile, OfAFrankendBeforeHadNoClasses) {
    const auto record = accel_from_toml("on = true\ntwins = \"\"\ntool = []\n");
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_TRUE(record->off.empty());
}

TEST(AccelFile, OfAFrankendBeforeNamedNoPackages) {
    AccelRecord before;
    before.tools.push_back({"usr/bin/sed", {0, 7, 8, 9, 10}, true, "", 2000, 100, 10});
    std::string text = to_toml(before);
    for (const char *line : {"native_package = ''\n", "package = ''\n"}) {
        const std::size_t at = text.find(line);
        ASSERT_NE(at, text.npos) << text;
        text.erase(at, std::strlen(line));
    }
    const auto record = accel_from_toml(text);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(record->tools.front().native_package, "");
}

TEST(ToolClassesOfARecord, AreSwitchedOneByOneOrAllAtOnce) {
    AccelRecord record;
    switch_on(record, {ToolClass::compiler, ToolClass::shell});
    EXPECT_TRUE(record.on);
    EXPECT_EQ(record.off, (ToolClasses{ToolClass::binutils, ToolClass::build, ToolClass::archive,
                                       ToolClass::coreutils, ToolClass::lang}))
        << "the first ones are alone";
    switch_on(record, {ToolClass::archive});
    EXPECT_FALSE(record.off.contains(ToolClass::archive));
    EXPECT_FALSE(record.off.contains(ToolClass::shell));
    switch_on(record, {});
    EXPECT_TRUE(record.off.empty());
    switch_off(record, {ToolClass::coreutils});
    EXPECT_TRUE(record.on);
    EXPECT_EQ(record.off, ToolClasses{ToolClass::coreutils});
    switch_off(record, all_tool_classes());
    EXPECT_FALSE(record.on) << "nothing is left";
    switch_off(record, {ToolClass::shell});
    EXPECT_TRUE(record.off.empty()) << "all is off already";
}

TEST(ToolClassesByName, AreThoseThatThereAre) {
    EXPECT_EQ(parse_tool_classes(names_of(all_tool_classes())).value(), all_tool_classes());
    const auto wrong = parse_tool_classes({"shell", "fast\n"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().error, Error::invalid_argument);
    EXPECT_EQ(wrong.error().message, "there is no class \"fast\\n\" of tools: give compiler, binutils, "
                                     "build, shell, archive, coreutils, lang");
}

struct Verified : testing::Test {
    Twins twins;
    Survey survey;
    AccelRecord record;
    Verified() {
        twins.arch = Arch::arm64;
        twins.tools = {"usr/bin/sed", "bin/bash", "usr/bin/make"};
        for (const std::string &path : twins.tools)
            record.tools.push_back({path});
        take_survey_line("file\t/usr/bin/sed\t1\t2\t3\t4\t5", survey);
        take_survey_line("file\t/usr/bin/bash\t1\t12\t13\t14\t15", survey);
    }
    bool say(const std::string &line) { return take_verdict_line(line, Arch::arm64, survey, record); }
};

TEST_F(Verified, CandidatesAreWhatTheGuestHas) {
    const auto routes = candidate_routes(twins, survey, {});
    ASSERT_EQ(routes.size(), 2U);
    EXPECT_EQ(routes[0].path, "/usr/bin/sed");
    EXPECT_EQ(routes[0].inode, 2U);
    EXPECT_EQ(routes[1].counter, 2U);
}

TEST_F(Verified, OnlyGoodOnesGetRoutes) {
    EXPECT_TRUE(say("ok\t/usr/bin/sed\t3000\t100\t3"));
    EXPECT_TRUE(say("no\t/usr/bin/bash\tanother version"));
    const auto routes = verified_routes(record, Arch::arm64, survey, {});
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].path, "/usr/bin/sed");
    EXPECT_EQ(record.tools[1].reason, "another version");
}

TEST_F(Verified, ACompilersRouteKnowsBothPackages) {
    twins.tools = {"usr/lib/gcc-cross/aarch64-linux-gnu/13/cc1"};
    record.tools = {{twins.tools[0]}};
    take_survey_line("file\t/usr/lib/gcc/aarch64-linux-gnu/13/cc1\t1\t2\t3\t4\t5", survey);
    EXPECT_TRUE(say("ok\t/usr/lib/gcc/aarch64-linux-gnu/13/cc1\t3000\t100\t3\t(Debian 2)\t(Debian 1)"));
    const auto routes = verified_routes(record, Arch::arm64, survey, {});
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].rules, rules_of(tool_of(twins.tools[0], Arch::arm64).value(), Arch::arm64,
                                        {"(Debian 2)", "(Debian 1)"}));
    EXPECT_TRUE(say("no\t/usr/lib/gcc/aarch64-linux-gnu/13/cc1\tanother version"));
    EXPECT_EQ(record.tools[0].package, "");
}

TEST_F(Verified, AClassThatIsOffIsNeitherTriedNorRouted) {
    ASSERT_TRUE(say("ok\t/usr/bin/sed\t3000\t100\t3"));
    record.off = {ToolClass::shell};
    EXPECT_TRUE(candidate_routes(twins, survey, {}, record.off).empty());
    EXPECT_TRUE(verified_routes(record, Arch::arm64, survey, {}).empty());
}

TEST_F(Verified, AChangedFileHasNoRoute) {
    ASSERT_TRUE(say("ok\t/usr/bin/sed\t3000\t100\t3"));
    take_survey_line("file\t/usr/bin/sed\t1\t2\t3\t4\t6", survey);
    EXPECT_TRUE(verified_routes(record, Arch::arm64, survey, {}).empty());
}

TEST_F(Verified, OneThatAWorkaroundKeepsEmulatedIsNeitherTriedNorRouted) {
    Workaround keeper;
    keeper.name = "sed-hangs";
    keeper.why = "its twin hangs";
    keeper.emulated = {"/usr/*/sed"};
    EXPECT_EQ(keeper.sets(), "emulated /usr/*/sed");
    ASSERT_TRUE(say("ok\t/usr/bin/sed\t3000\t100\t3"));
    ASSERT_TRUE(say("ok\t/usr/bin/bash\t3000\t100\t3"));
    const auto tried = candidate_routes(twins, survey, {&keeper});
    ASSERT_EQ(tried.size(), 1U);
    EXPECT_EQ(tried[0].path, "/usr/bin/bash");
    const auto routes = verified_routes(record, Arch::arm64, survey, {&keeper});
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].path, "/usr/bin/bash");
    EXPECT_EQ(kept_emulated({&keeper}, "/usr/bin/sed"), "work-around sed-hangs: its twin hangs");
    EXPECT_EQ(kept_emulated({&keeper}, "/usr/bin/bash"), "");
    EXPECT_EQ(kept_emulated({}, "/usr/bin/sed"), "");
}

TEST_F(Verified, AnotherDeviceNumberAfterARebootIsTheSameFile) {
    ASSERT_TRUE(say("ok\t/usr/bin/sed\t3000\t100\t3"));
    take_survey_line("file\t/usr/bin/sed\t99\t2\t3\t4\t5", survey);
    const auto routes = verified_routes(record, Arch::arm64, survey, {});
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].device, 99U);
}

TEST_F(Verified, WhatASessionsRootInventsIsNoVerdict) {
    for (const char *line :
         {"ok\t/usr/bin/make\t1\t1\t1", "ok\t/etc/passwd\t1\t1\t1", "ok", "", "yes\t/usr/bin/sed"})
        EXPECT_FALSE(say(line)) << line;
    EXPECT_TRUE(say("ok\t/usr/bin/sed\tmany\t1\t1"));
    EXPECT_FALSE(record.tools[0].good);
}

} // namespace
} // namespace frank::plan

#include "daemon/plan/accel.hpp"
#include "daemon/plan/exec_table.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using namespace std::string_literals;

bool has_rule(const TwinTool &tool, const std::string &rule) {
    const auto rules = rules_of(tool, Arch::arm64);
    return std::ranges::find(rules, rule) != rules.end();
}

TwinTool tool(const std::string &path) { return tool_of(path, Arch::arm64).value(); }

TEST(Twins, StandInForTheGuestsFileOfTheSameName) {
    EXPECT_EQ(tool("usr/bin/sed").guest, "/usr/bin/sed");
    EXPECT_EQ(tool("bin/bash").guest, "/usr/bin/bash"); // a root with a merged /usr
    EXPECT_EQ(tool("bin/bash").native, "/run/frankend/native/bin/bash");
    EXPECT_EQ(tool("usr/bin/aarch64-linux-gnu-ld.bfd").tool_class, ToolClass::binutils);
    EXPECT_EQ(tool("usr/bin/aarch64-linux-gnu-g++-12").tool_class, ToolClass::compiler);
}

TEST(Twins, OfACrossCompilerStandInForTheNativeOnesPrograms) {
    EXPECT_EQ(tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1").guest,
              "/usr/lib/gcc/aarch64-linux-gnu/12/cc1");
}

TEST(Twins, AreFoundWhereverADistributionHasItsCompilers) {
    struct Place {
        const char *native, *guest;
    };
    for (const Place &place :
         {Place{"usr/libexec/gcc-cross/riscv64-linux-gnu/14/cc1",
                "/usr/libexec/gcc/riscv64-linux-gnu/14/cc1"},
          Place{"usr/libexec/gcc/riscv64-unknown-linux-gnu/13/cc1plus",
                "/usr/libexec/gcc/riscv64-unknown-linux-gnu/13/cc1plus"},
          Place{"usr/libexec/gcc/riscv64-alpine-linux-musl/14.2.0/cc1",
                "/usr/libexec/gcc/riscv64-alpine-linux-musl/14.2.0/cc1"},
          Place{"usr/lib/gcc/riscv64-unknown-linux-gnu/15.1.0/lto1",
                "/usr/lib/gcc/riscv64-unknown-linux-gnu/15.1.0/lto1"},
          Place{"usr/x86_64-pc-linux-gnu/riscv64-unknown-linux-gnu/gcc-bin/13/riscv64-unknown-linux-gnu-g++",
                "/usr/riscv64-unknown-linux-gnu/gcc-bin/13/riscv64-unknown-linux-gnu-g++"},
          Place{"usr/x86_64-pc-linux-gnu/riscv64-unknown-linux-gnu/binutils-bin/2.42/as",
                "/usr/riscv64-unknown-linux-gnu/binutils-bin/2.42/as"},
          Place{"usr/bin/riscv64-alpine-linux-musl-gcc-14.2.0",
                "/usr/bin/riscv64-alpine-linux-musl-gcc-14.2.0"}}) {
        const auto found = tool_of(place.native, Arch::riscv64);
        ASSERT_TRUE(found) << place.native;
        EXPECT_EQ(found->guest, place.guest);
        EXPECT_EQ(found->native, "/run/frankend/native/" + std::string(place.native));
        EXPECT_LE(rules_of(*found, Arch::riscv64).size(), exec_table_max_rules);
        const std::string_view directory =
            std::string_view(place.native).substr(0, std::string_view(place.native).rfind('/'));
        EXPECT_TRUE(std::ranges::any_of(tool_directories(Arch::riscv64), [&](const std::string &each) {
            return each == directory ||
                   (each.ends_with("/*") && directory.substr(0, directory.rfind('/') + 1) ==
                                                std::string_view(each).substr(0, each.size() - 1));
        })) << place.native;
    }
    EXPECT_FALSE(tool_of("usr/lib/gcc/x86_64-linux-gnu/14/cc1", Arch::riscv64)) << "this machine's own";
}

TEST(Twins, OfDriversLookForTheirPartsWhereANativeOneDoes) {
    const auto rewrites = rewrites_of("usr/bin/riscv64-linux-gnu-gcc-14", Arch::riscv64);
    ASSERT_EQ(rewrites.size(), 2U);
    EXPECT_EQ(rewrites.back().from, "/usr/libexec/gcc-cross/");
    EXPECT_EQ(rewrites.back().to, "/usr/libexec/gcc/");
    const auto headers = rewrites_of("usr/libexec/gcc-cross/riscv64-linux-gnu/14/cc1", Arch::riscv64);
    ASSERT_EQ(headers.size(), 6U);
    EXPECT_EQ(headers.front().from, "/usr/lib/gcc-cross/riscv64-linux-gnu/14/include");
    EXPECT_EQ(headers.front().to, "/usr/lib/gcc/riscv64-linux-gnu/14/include");
}

TEST(Twins, AreNeverThereForWhatReportsTheMachine) {
    for (const char *path : {"usr/bin/uname", "usr/bin/arch", "usr/bin/getconf", "usr/bin/dpkg",
                             "usr/bin/python3", "usr/bin/hostname", "usr/bin/lscpu"})
        EXPECT_FALSE(tool_of(path, Arch::arm64)) << path;
}

TEST(Twins, LeaveWhatIsDoneAtTheLinkToA32BitGuestsOwnCompiler) {
    EXPECT_TRUE(tool_of("usr/lib/gcc-cross/aarch64-linux-gnu/12/lto1", Arch::arm64));
    EXPECT_FALSE(tool_of("usr/lib/gcc-cross/arm-linux-gnueabihf/12/lto1", Arch::armhf));
    const auto rules =
        rules_of(tool_of("usr/lib/gcc-cross/arm-linux-gnueabihf/12/cc1", Arch::armhf).value(), Arch::armhf);
    EXPECT_NE(std::ranges::find(rules, "^-flto"), rules.end());
}

TEST(Twins, AreNothingElseInTheTree) {
    for (const char *path :
         {"usr/lib/gcc-cross/aarch64-linux-gnu/12/liblto_plugin.so", "etc/sed", "usr/bin/x/sed",
          "usr/lib/gcc-cross/aarch64-linux-gnu/12/plugin/cc1", "usr/bin/arm-linux-gnueabihf-as", "sed", ""})
        EXPECT_FALSE(tool_of(path, Arch::arm64)) << path;
    EXPECT_FALSE(tool_of("usr/bin/sed", Arch::m68k)) << "Debian has no cross compiler for it";
}

TEST(Twins, OfDriversLeaveToTheGuestWhatTellsPaths) {
    const TwinTool gcc = tool("usr/bin/aarch64-linux-gnu-gcc-12");
    for (const char *rule : {"=-v", "^-print-", "=-march=native", "$LIBRARY_PATH", "^-fplugin", "=--version"})
        EXPECT_TRUE(has_rule(gcc, rule)) << rule;
    EXPECT_FALSE(has_rule(tool("usr/bin/sed"), "^-print-"));
}

TEST(Twins, OfCompilersAreWatched) {
    EXPECT_TRUE(has_rule(tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1plus"), "!4"));
    EXPECT_TRUE(has_rule(tool("usr/bin/aarch64-linux-gnu-as"), "!"));
    EXPECT_FALSE(has_rule(tool("usr/bin/sed"), "!"));
}

TEST(Twins, OfLinkersGetTheirOwnPlugIn) {
    const auto rules = rules_of(tool("usr/bin/aarch64-linux-gnu-ld.bfd"), Arch::arm64);
    const auto from = std::ranges::find(rules, "</usr/lib/gcc/aarch64-linux-gnu/12/liblto_plugin.so");
    ASSERT_NE(from, rules.end());
    EXPECT_EQ(*(from + 1), ">/run/frankend/native/usr/lib/gcc-cross/aarch64-linux-gnu/12/liblto_plugin.so");
    EXPECT_LE(rules.size(), exec_table_max_rules);
}

TEST(Twins, OfBashSayWhatTheGuestsOwnSays) {
    EXPECT_TRUE(has_rule(tool("bin/bash"), "+MACHTYPE=aarch64-unknown-linux-gnu"));
    const auto rules = rules_of(tool_of("bin/bash", Arch::armhf).value(), Arch::armhf);
    EXPECT_NE(std::ranges::find(rules, "+MACHTYPE=arm-unknown-linux-gnueabihf"), rules.end());
}

TEST(Twins, OfCompilersLookWhereANativeOneLooks) {
    const auto rewrites = rewrites_of("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1plus", Arch::arm64);
    ASSERT_EQ(rewrites.size(), 6U);
    for (const Rewrite &rewrite : rewrites)
        EXPECT_LE(rewrite.to.size(), rewrite.from.size()) << rewrite.from;
    EXPECT_EQ(rewrites.back().to, "/usr/local/include");
    EXPECT_TRUE(rewrites_of("usr/bin/sed", Arch::arm64).empty());
}

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
    record.tools.push_back({"usr/bin/sed", {0, 7, 8, 9, 10}, true, "", 2000, 100, 10});
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
    EXPECT_EQ(again->tools[1].reason, record.tools[1].reason);
    EXPECT_FALSE(accel_from_toml("on = 1\n"));
}

TEST(AccelFile, OfAFrankendBeforeHadNoClasses) {
    const auto record = accel_from_toml("on = true\ntwins = \"\"\ntool = []\n");
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_TRUE(record->off.empty());
}

TEST(ToolClassesOfARecord, AreSwitchedOneByOneOrAllAtOnce) {
    AccelRecord record;
    switch_on(record, {ToolClass::compiler, ToolClass::shell});
    EXPECT_TRUE(record.on);
    EXPECT_EQ(record.off,
              (ToolClasses{ToolClass::binutils, ToolClass::build, ToolClass::archive, ToolClass::coreutils}))
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
                                     "build, shell, archive, coreutils");
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

#include "daemon/plan/host_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

/// As /proc/sys/fs/binfmt_misc/qemu-aarch64 of Debian's qemu-user-static.
constexpr const char *debian_text = "enabled\n"
                                    "interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\n"
                                    "flags: POCF\n"
                                    "offset 0\n"
                                    "magic 7f454c460201010000000000000000000200b700\n"
                                    "mask ffffffffffffff00fffffffffffffffffeffffff\n";

TableEntry debian() { return parse_table_entry("qemu-aarch64", debian_text).value(); }
TableEntry for_host(Arch arch = Arch::arm64) { return host_table_entry(arch, "/usr/bin/qemu"); }
TableEntry for_sessions(Arch arch = Arch::arm64) { return session_table_entry(arch, "/x/frank-exec"); }
TableEntry called(TableEntry entry, const std::string &name) {
    entry.name = name;
    return entry;
}

std::vector<std::string> told(const TablePlan &plan) {
    std::vector<std::string> lines;
    for (const TableStep &step : plan.steps)
        lines.push_back(describe(step));
    return lines;
}

/// What the kernel does with the steps.
std::vector<TableEntry> done(std::vector<TableEntry> table, const std::vector<TableStep> &steps) {
    for (const TableStep &step : steps) {
        const auto at = std::ranges::find(table, step.entry.name, &TableEntry::name);
        if (step.deed == TableDeed::remove)
            table.erase(at);
        else if (step.deed == TableDeed::disable)
            at->enabled = false;
        else
            table.insert(table.begin(), step.entry), table.front().enabled = true;
    }
    return table;
}

TEST(TableEntry, IsReadAsTheKernelShowsIt) {
    const TableEntry entry = debian();
    EXPECT_EQ(entry.name, "qemu-aarch64");
    EXPECT_EQ(entry.interpreter, "/usr/libexec/qemu-binfmt/aarch64-binfmt-P");
    EXPECT_EQ(entry.flags, "POCF");
    EXPECT_TRUE(entry.enabled);
    EXPECT_EQ(entry.magic, "\x7f"
                           "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xb7\0"s);
    EXPECT_EQ(entry.mask.size(), 20U);
}

TEST(TableEntry, OfAnExtensionIsReadToo) {
    const auto entry =
        parse_table_entry("py", "disabled\ninterpreter /usr/bin/python3\nflags: \nextension .pyc\n");
    ASSERT_TRUE(entry);
    EXPECT_FALSE(entry->enabled);
    EXPECT_EQ(entry->extension, "pyc");
    EXPECT_EQ(table_line(*entry), ":py:E::pyc::/usr/bin/python3:");
}

TEST(TableEntry, IsRegisteredAsItWas) {
    EXPECT_EQ(table_line(debian()),
              ":qemu-aarch64:M::"
              R"(\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:)"
              R"(\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:)"
              "/usr/libexec/qemu-binfmt/aarch64-binfmt-P:POCF");
    EXPECT_EQ(parse_table_line(table_line(debian())).value(), debian());
}

TEST(TableEntry, WithAColonInItsInterpreterTakesAnotherDelimiter) {
    TableEntry odd = debian();
    odd.interpreter = "/a:b";
    EXPECT_EQ(table_line(odd).front(), '|');
    EXPECT_EQ(parse_table_line(table_line(odd)).value(), odd);
}

TEST(TableEntry, WithAnOffsetOrWithoutAMaskIsKept) {
    const auto entry = parse_table_entry("x", "enabled\ninterpreter /i\nflags: \noffset 4\nmagic 3a0a\n");
    ASSERT_TRUE(entry);
    EXPECT_EQ(table_line(*entry), R"(:x:M:4:\x3a\x0a::/i:)");
    EXPECT_EQ(parse_table_line(table_line(*entry)).value(), *entry);
}

TEST(TableEntry, ThatCannotBeUnderstoodIsRefusedByName) {
    for (const char *text : {"", "enabled\n", "enabled\ninterpreter /i\n", "interpreter /i\nmagic 00\n",
                             "enabled\ninterpreter /i\nmagic 0\n", "enabled\ninterpreter /i\nmagic zz\n",
                             "enabled\ninterpreter /i\noffset x\nmagic 00\n"}) {
        const auto entry = parse_table_entry("odd", text);
        ASSERT_FALSE(entry) << text;
        EXPECT_THAT(entry.error().message, HasSubstr("odd"));
    }
    for (const char *line :
         {"", ":", ":a:M::x:", ":a:X::x::/i:", ":a:M:y:x::/i:", ":a:M::::/i:", "::M::x::/i:"})
        EXPECT_FALSE(parse_table_line(line)) << line;
}

TEST(TableEntry, OverlapsByMagicAndMaskNotByName) {
    EXPECT_TRUE(overlap(debian(), for_sessions()));
    EXPECT_TRUE(overlap(called(debian(), "whatever"), for_host()));
    EXPECT_FALSE(overlap(for_sessions(Arch::armhf), for_sessions(Arch::arm64)));
    TableEntry any = debian(); // takes every ELF file
    any.magic.resize(4);
    any.mask = "";
    EXPECT_TRUE(overlap(any, for_sessions(Arch::armhf)));
    TableEntry text = any;
    text.magic = "#!/x";
    EXPECT_FALSE(overlap(text, any));
    text.offset = 300; // beyond what the kernel compares
    EXPECT_TRUE(overlap(text, any));
}

TEST(TableEntry, TakesAFileByItsFirstBytesOrItsExtension) {
    std::string head = debian().magic;
    EXPECT_TRUE(takes(debian(), head, "/bin/ls"));
    head[16] = 3; // a position-independent program
    EXPECT_TRUE(takes(debian(), head, "/bin/ls"));
    EXPECT_FALSE(takes(for_host(Arch::armhf), head, "/bin/ls"));
    TableEntry disabled = debian();
    disabled.enabled = false;
    EXPECT_FALSE(takes(disabled, head, "/bin/ls"));
    EXPECT_FALSE(takes(debian(), "", "/bin/ls")) << "an empty file";
    TableEntry python;
    python.extension = "pyc";
    EXPECT_TRUE(takes(python, "", "/x/y.pyc"));
    EXPECT_FALSE(takes(python, "", "/x/pyc"));
}

TEST(HostTable, OursNeverHasFlagC) {
    for (const ArchInfo &arch : arch_table())
        if (!arch.native) {
            EXPECT_EQ(session_table_entry(arch.arch, "/x").flags, "PF");
            EXPECT_EQ(host_table_entry(arch.arch, "/x").flags, "PF");
        }
    EXPECT_EQ(for_host().name, "qemu-aarch64") << "where GNOME Builder looks";
    EXPECT_EQ(for_sessions().name, "frank-aarch64");
}

TEST(HostTable, AnEntryOfSessionsShadowsOthersAndTouchesNone) {
    const TablePlan plan = plan_host_table({debian()}, {}, {for_sessions()});
    EXPECT_THAT(told(plan), ElementsAre("add frank-aarch64 /x/frank-exec PF"));
    EXPECT_THAT(plan.after.replaced, IsEmpty());
    const TablePlan end = plan_host_table(done({debian()}, plan.steps), plan.after, {});
    EXPECT_THAT(told(end), ElementsAre("remove frank-aarch64"));
    EXPECT_EQ(end.after, TableMemory());
}

TEST(HostTable, WhatHadTheNameIsPutBackAsItWas) {
    for (const bool enabled : {true, false}) {
        TableEntry theirs = debian();
        theirs.enabled = enabled;
        const TablePlan plan = plan_host_table({theirs}, {}, {for_host()});
        EXPECT_THAT(told(plan), ElementsAre("remove qemu-aarch64", "add qemu-aarch64 /usr/bin/qemu PF"));
        const TablePlan end = plan_host_table(done({theirs}, plan.steps), plan.after, {});
        EXPECT_EQ(done(done({theirs}, plan.steps), end.steps), std::vector{theirs});
        EXPECT_EQ(end.after, TableMemory());
    }
}

TEST(HostTable, WhoWonOverWhatIsPutBackWinsAgain) {
    const std::vector before{called(debian(), "newer"), debian(), called(debian(), "older")};
    const TablePlan plan = plan_host_table(before, {}, {for_host()});
    const TablePlan end = plan_host_table(done(before, plan.steps), plan.after, {});
    EXPECT_THAT(told(end),
                ElementsAre("remove qemu-aarch64",
                            "add qemu-aarch64 /usr/libexec/qemu-binfmt/aarch64-binfmt-P POCF", "remove newer",
                            "add newer /usr/libexec/qemu-binfmt/aarch64-binfmt-P POCF"));
    EXPECT_EQ(done(done(before, plan.steps), end.steps), before);
}

TEST(HostTable, IsLeftAloneWhenAllIsInOrder) {
    const std::vector wanted{for_host(), for_sessions()};
    const TablePlan plan = plan_host_table({debian()}, {}, wanted);
    const auto table = done({debian()}, plan.steps);
    EXPECT_EQ(table.front(), for_sessions()) << "a session's entry wins over the machine's";
    EXPECT_THAT(told(plan_host_table(table, plan.after, wanted)), IsEmpty());
}

TEST(HostTable, IsMendedAfterAFlush) {
    const std::vector wanted{for_host(), for_sessions()};
    const TableMemory memory = plan_host_table({debian()}, {}, wanted).after;
    const TablePlan flushed = plan_host_table({}, memory, wanted);
    EXPECT_THAT(told(flushed),
                ElementsAre("add qemu-aarch64 /usr/bin/qemu PF", "add frank-aarch64 /x/frank-exec PF"));
    EXPECT_EQ(flushed.after, memory) << "what was there first is still remembered";
}

TEST(HostTable, IsMendedWhenAnotherToolComesBeforeUs) {
    const std::vector wanted{for_sessions()};
    const TableMemory memory = plan_host_table({}, {}, wanted).after;
    const TablePlan plan = plan_host_table({called(debian(), "docker"), for_sessions()}, memory, wanted);
    EXPECT_THAT(told(plan), ElementsAre("remove frank-aarch64", "add frank-aarch64 /x/frank-exec PF"));
    TableEntry asleep = called(debian(), "docker");
    asleep.enabled = false;
    EXPECT_THAT(told(plan_host_table({asleep, for_sessions()}, memory, wanted)), IsEmpty());
    EXPECT_THAT(told(plan_host_table({for_sessions(Arch::s390x), for_sessions()}, memory, wanted)),
                IsEmpty());
}

TEST(HostTable, ANameThatAnotherToolTookIsLeftToItAtTheEnd) {
    const TableMemory memory = plan_host_table({}, {}, {for_host()}).after;
    const TablePlan end = plan_host_table({debian()}, memory, {});
    EXPECT_THAT(told(end), IsEmpty());
    EXPECT_EQ(end.after, TableMemory());
}

TEST(HostTable, ANewerInterpreterIsPinnedAnew) {
    const std::vector wanted{for_sessions()};
    const TableMemory memory = plan_host_table({}, {}, wanted).after;
    const std::vector stale{"frank-aarch64"s};
    EXPECT_THAT(told(plan_host_table(wanted, memory, wanted, stale)),
                ElementsAre("remove frank-aarch64", "add frank-aarch64 /x/frank-exec PF"));
}

/// A crash between any two steps of anything, and the same again or the end: nothing is lost.
TEST(HostTable, AnInterruptionAnywhereIsMended) {
    TableEntry theirs = debian();
    theirs.enabled = false;
    const std::vector start{called(debian(), "newer"), theirs, called(for_sessions(Arch::s390x), "other")};
    const std::vector wanted{for_host(), for_host(Arch::armhf), for_sessions()};
    const TablePlan begin = plan_host_table(start, {}, wanted);
    for (std::size_t i = 0; i <= begin.steps.size(); ++i) {
        const auto half = done(start, {begin.steps.begin(), begin.steps.begin() + static_cast<long>(i)});
        const TablePlan again = plan_host_table(half, begin.before, wanted);
        const auto table = done(half, again.steps);
        EXPECT_THAT(told(plan_host_table(table, again.after, wanted)), IsEmpty()) << i;
        const TablePlan end = plan_host_table(table, again.after, {});
        for (std::size_t j = 0; j <= end.steps.size(); ++j) {
            const auto ending = done(table, {end.steps.begin(), end.steps.begin() + static_cast<long>(j)});
            const TablePlan last = plan_host_table(ending, end.before, {});
            auto result = done(ending, last.steps);
            std::ranges::sort(result, {}, &TableEntry::name);
            auto expected = start;
            std::ranges::sort(expected, {}, &TableEntry::name);
            EXPECT_EQ(result, expected) << i << " " << j;
        }
    }
}

TEST(TableMemory, IsReadAsItWasWritten) {
    TableEntry odd = called(debian(), "name with: a colon");
    odd.enabled = false;
    TableMemory memory{"3c0f", {for_host(), for_sessions()}, {{odd, {"a b", "c"}}, {debian(), {}}}, {odd}};
    EXPECT_EQ(parse_table_memory(to_text(memory)).value(), memory);
    EXPECT_EQ(parse_table_memory(""), TableMemory());
}

TEST(TableMemory, ThatIsDamagedIsRefused) {
    for (const char *text : {"x", "boot 1\n", "frankend host table 1\nours x\n",
                             "frankend host table 1\nin-front a\n", "frankend host table 1\nwhat\n"})
        EXPECT_FALSE(parse_table_memory(text)) << text;
}

} // namespace
} // namespace frank::plan

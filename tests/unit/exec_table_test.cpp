#include "daemon/plan/exec_table_builder.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <stdexcept>
#include <tuple>

namespace frank::plan {
namespace {

template <class Record> Record read_at(const std::vector<std::byte> &table, std::size_t offset) {
    Record record{};
    EXPECT_LE(offset + sizeof record, table.size());
    std::memcpy(&record, table.data() + offset, sizeof record);
    return record;
}

std::string text_at(const std::vector<std::byte> &table, std::size_t offset) {
    EXPECT_LT(offset, table.size());
    EXPECT_EQ(table.back(), std::byte{0});
    return reinterpret_cast<const char *>(table.data() + offset);
}

TEST(ExecTable, OfNothingIsAHeader) {
    const auto table = build_exec_table({}, {});
    const auto header = read_at<ExecTableHeader>(table, 0);
    EXPECT_EQ(table.size(), sizeof header);
    EXPECT_EQ(header.magic, exec_table_magic);
    EXPECT_EQ(header.size, table.size());
    EXPECT_EQ(header.emulator_count, 0U);
    EXPECT_EQ(header.route_count, 0U);
}

TEST(ExecTable, SaysWhoLooksOn) {
    EXPECT_EQ(read_at<ExecTableHeader>(build_exec_table({}, {}), 0).watch, Watch::none);
    EXPECT_EQ(read_at<ExecTableHeader>(build_exec_table({}, {}, Watch::trace), 0).watch, Watch::trace);
}

TEST(ExecTable, HoldsAnEmulatorWithItsOptions) {
    const auto table = build_exec_table({{Arch::arm64, "/run/q", {"-cpu", "cortex-a53", ""}}}, {});
    const auto header = read_at<ExecTableHeader>(table, 0);
    ASSERT_EQ(header.emulator_count, 1U);
    const auto emulator = read_at<ExecEmulator>(table, header.emulator_offset);
    EXPECT_EQ(emulator.machine, 183);
    EXPECT_EQ(emulator.elf_class, 2);
    EXPECT_EQ(emulator.data, 1);
    EXPECT_EQ(emulator.flags_mask, 0U);
    EXPECT_EQ(text_at(table, emulator.path), "/run/q");
    ASSERT_EQ(emulator.option_count, 3U);
    EXPECT_EQ(text_at(table, emulator.options), "-cpu");
    EXPECT_EQ(text_at(table, emulator.options + 5), "cortex-a53");
    EXPECT_EQ(text_at(table, emulator.options + 16), "");
}

TEST(ExecTable, TellsAbisApartByTheirFlags) {
    const auto table = build_exec_table({{Arch::mipsel, "/o32", {}}, {Arch::mipsn32el, "/n32", {}}}, {});
    const auto header = read_at<ExecTableHeader>(table, 0);
    ASSERT_EQ(header.emulator_count, 2U);
    const auto o32 = read_at<ExecEmulator>(table, header.emulator_offset);
    const auto n32 = read_at<ExecEmulator>(table, header.emulator_offset + sizeof(ExecEmulator));
    EXPECT_EQ(std::pair(o32.flags_mask, o32.flags_value), std::pair(0x20U, 0U));
    EXPECT_EQ(std::pair(n32.flags_mask, n32.flags_value), std::pair(0x20U, 0x20U));
}

TEST(ExecTable, TakesItsOwnAbiFirstAndThenAllThatTheEmulatorRuns) {
    const auto table = build_exec_table({{Arch::armel, "/soft", {}}, {Arch::armhf, "/hard", {}}}, {});
    const auto header = read_at<ExecTableHeader>(table, 0);
    ASSERT_EQ(header.emulator_count, 4U);
    const auto rule = [&](std::size_t index) {
        const auto emulator =
            read_at<ExecEmulator>(table, header.emulator_offset + index * sizeof(ExecEmulator));
        return std::tuple(text_at(table, emulator.path), emulator.flags_mask, emulator.flags_value);
    };
    EXPECT_EQ(rule(0), std::tuple("/soft", 0x400U, 0U));
    EXPECT_EQ(rule(1), std::tuple("/hard", 0x400U, 0x400U));
    EXPECT_EQ(rule(2), std::tuple("/soft", 0U, 0U));
    EXPECT_EQ(rule(3), std::tuple("/hard", 0U, 0U));
}

TEST(ExecTable, SortsItsRoutesByPath) {
    RouteEntry second{"/usr/bin/gcc", "/twin/gcc", 1, 2, 3, -4, 5};
    RouteEntry first{"/usr/bin/as", "/twin/as"};
    const auto table = build_exec_table({{Arch::armhf, "/q", {}}}, {second, first});
    const auto header = read_at<ExecTableHeader>(table, 0);
    ASSERT_EQ(header.route_count, 2U);
    EXPECT_EQ(header.route_offset % alignof(ExecRoute), 0U);
    EXPECT_EQ(header.emulator_offset % alignof(ExecEmulator), 0U);
    EXPECT_EQ(text_at(table, read_at<ExecRoute>(table, header.route_offset).path), "/usr/bin/as");
    const auto route = read_at<ExecRoute>(table, header.route_offset + sizeof(ExecRoute));
    EXPECT_EQ(text_at(table, route.path), "/usr/bin/gcc");
    EXPECT_EQ(text_at(table, route.native), "/twin/gcc");
    EXPECT_EQ(route.device, 1U);
    EXPECT_EQ(route.inode, 2U);
    EXPECT_EQ(route.size, 3U);
    EXPECT_EQ(route.mtime_seconds, -4);
    EXPECT_EQ(route.mtime_nanoseconds, 5U);
}

TEST(ExecTable, RefusesWhatItsReaderWouldNotTake) {
    EXPECT_THROW(build_exec_table({{Arch::arm64, "/q", std::vector<std::string>(17, "-x")}}, {}),
                 std::length_error);
    EXPECT_THROW(build_exec_table({{Arch::arm64, std::string("/q\0x", 4), {}}}, {}), std::logic_error);
    EXPECT_THROW(build_exec_table({{Arch::arm64, std::string(exec_table_max_bytes, 'x'), {}}}, {}),
                 std::length_error);
}

TEST(EmulatorPath, IsSharedByTheTwoArms) {
    EXPECT_EQ(emulator_path_in_session(Arch::arm64), "/run/frankend/qemu-aarch64");
    EXPECT_EQ(emulator_path_in_session(Arch::armhf), emulator_path_in_session(Arch::armel));
}

} // namespace
} // namespace frank::plan

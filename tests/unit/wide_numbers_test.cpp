#include "daemon/plan/wide_numbers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using testing::HasSubstr;
using testing::Not;

ArchSet set(std::initializer_list<Arch> arches) {
    ArchSet all;
    for (const Arch arch : arches)
        all.insert(arch);
    return all;
}

TEST(WideNumbers, AreThoseThatA32BitProgramCannotHold) {
    WideNumbers numbers;
    numbers.take(0xffffffff, 0x7fffffff);
    EXPECT_FALSE(numbers.any()) << "ino_t is unsigned, off_t is not";
    numbers.take(2, 0x80000000);
    EXPECT_EQ(numbers, (WideNumbers{false, true}));
    numbers.take(0x100000000, 1);
    EXPECT_EQ(numbers, (WideNumbers{true, true})) << "and it stays so";
    WideNumbers end_of_directory;
    end_of_directory.take(1, 0x7fffffffffffffff); // ext4's, behind the last entry
    EXPECT_TRUE(end_of_directory.positions);
}

TEST(WideNumbers, TravelAsBits) {
    for (std::int32_t bits = 0; bits < 4; ++bits)
        EXPECT_EQ(WideNumbers::from_bits(bits).bits(), bits);
    EXPECT_EQ(WideNumbers::from_bits(-1), (WideNumbers{true, true}));
}

TEST(StorageTrouble, IsThatOfEmulated32BitProgramsAlone) {
    const RootStorage bad{{true, true}, "ext4"};
    EXPECT_FALSE(storage_trouble(set({Arch::arm64, Arch::riscv64}), bad));
    EXPECT_FALSE(storage_trouble(set({Arch::i386, Arch::amd64}), bad)) << "the kernel sees what asks";
    EXPECT_FALSE(storage_trouble(set({}), bad));
    EXPECT_TRUE(storage_trouble(set({Arch::armhf}), bad));
    EXPECT_TRUE(storage_trouble(set({Arch::mipsn32el}), bad)) << "of 32 bits on a 64-bit machine";
    EXPECT_FALSE(storage_trouble(set({Arch::armhf}), {{}, "xfs"}));
    EXPECT_THAT(storage_trouble(set({Arch::arm64, Arch::armhf, Arch::armel}), bad)->seen,
                HasSubstr("32-bit programs (armhf, armel)"));
}

TEST(StorageTrouble, SaysWhatOfTheFileSystemAndWhatToDo) {
    const ArchSet arm = set({Arch::armhf});
    const auto ext4 = storage_trouble(arm, {{false, true}, "ext4"});
    EXPECT_THAT(ext4->seen, HasSubstr("directory positions of its file system (ext4) take 64 bits"));
    EXPECT_THAT(ext4->seen, Not(HasSubstr("inode")));
    EXPECT_THAT(ext4->remedy,
                HasSubstr("keep the root on xfs or a tmpfs; or let such programs work below /tmp"));
    EXPECT_THAT(storage_trouble(arm, {{true, false}, "xfs"})->remedy, HasSubstr("inode32"));
    EXPECT_THAT(storage_trouble(arm, {{true, true}, "nfs"})->remedy, HasSubstr("enable_ino64=0"));
    EXPECT_THAT(storage_trouble(arm, {{true, false}, "overlay"})->remedy, HasSubstr("xino=off"));
    const auto unknown = storage_trouble(arm, {{true, true}, ""});
    EXPECT_THAT(unknown->seen, HasSubstr("inode numbers and directory positions of its file system take"));
    EXPECT_THAT(unknown->remedy, HasSubstr("_FILE_OFFSET_BITS=64"));
}

TEST(StorageTrouble, KnowsFileSystemsByTheirNumbers) {
    EXPECT_EQ(file_system_name(0xef53), "ext4");
    EXPECT_EQ(file_system_name(0x01021994), "tmpfs");
    EXPECT_EQ(file_system_name(0), "");
}

} // namespace
} // namespace frank::plan

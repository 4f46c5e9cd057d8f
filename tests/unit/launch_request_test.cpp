#include "daemon/plan/launch_request.hpp"

#include <cerrno>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using testing::HasSubstr;

LaunchRequest good() {
    LaunchRequest r;
    r.id_base = id_base_min;
    r.arch_count = 1;
    r.arches[0] = Arch::arm64;
    std::strcpy(r.hostname.data(), "rpi3");
    return r;
}

LaunchReply reply(Rung rung, int error, const char *detail = "") {
    LaunchReply r;
    r.rung = rung;
    r.error = error;
    std::strncpy(r.detail.data(), detail, r.detail.size() - 1);
    return r;
}

TEST(LaunchRequest, AsFrankendMakesItIsAccepted) { EXPECT_TRUE(check(good())); }

TEST(LaunchRequest, OfAnotherVersionIsRefused) {
    auto r = good();
    r.version += 1;
    EXPECT_FALSE(check(r));
}

TEST(LaunchRequest, OutsideTheContainerRangeIsRefused) {
    for (const std::uint32_t base : {0U, 65536U, id_base_min + 1, id_base_max + 1, foreign_id_base}) {
        auto r = good();
        r.id_base = base;
        EXPECT_FALSE(check(r)) << base;
    }
}

TEST(LaunchRequest, ForTheMachinesTableNamesEmulatedArchitecturesAlone) {
    LaunchRequest r;
    r.op = LaunchOp::host_table;
    EXPECT_TRUE(check(r));
    r.for_sessions = table_bit(Arch::arm64);
    r.for_programs = table_bit(Arch::armhf) | table_bit(Arch::s390x);
    EXPECT_TRUE(check(r));
    EXPECT_EQ(arches_of_bits(r.for_programs).size(), 2U);
    for (const std::uint64_t wrong :
         {table_bit(Arch::none), table_bit(Arch::amd64), std::uint64_t{1} << 63}) {
        auto bad = r;
        bad.for_sessions |= wrong;
        EXPECT_FALSE(check(bad)) << wrong;
        bad = r;
        bad.for_programs |= wrong;
        EXPECT_FALSE(check(bad)) << wrong;
    }
}

TEST(LaunchRequest, ForANativeOrUnknownArchitectureIsRefused) {
    for (const Arch arch : {Arch::none, Arch::amd64, static_cast<Arch>(200)}) {
        auto r = good();
        r.arches[0] = arch;
        EXPECT_FALSE(check(r)) << static_cast<int>(arch);
    }
}

TEST(LaunchRequest, SaysWhatItsRootIsForAndThatMayBeNative) {
    auto r = good();
    for (const auto &[arch, narrow] :
         {std::pair(Arch::none, false), {Arch::i386, true}, {Arch::amd64, false}, {Arch::armhf, false}}) {
        r.arch = arch;
        EXPECT_TRUE(check(r));
        EXPECT_EQ(is_native_32_bit(r), narrow) << static_cast<int>(arch);
    }
    r.arch = r.arches[0] = Arch::i386;
    r.arch_count = 1;
    EXPECT_TRUE(check(r));
    EXPECT_FALSE(is_native_32_bit(r)) << "it is emulated";
    r.arch = static_cast<Arch>(200);
    EXPECT_FALSE(check(r));
}

TEST(LaunchRequest, WithAHostNameThatIsNoSessionNameIsRefused) {
    for (const char *name : {"", "..", "a/b", "A", "x y"}) {
        auto r = good();
        r.hostname = {};
        std::strcpy(r.hostname.data(), name);
        EXPECT_FALSE(check(r)) << name;
    }
    auto endless = good();
    endless.hostname.fill('a');
    EXPECT_FALSE(check(endless));
}

TEST(LaunchReply, OfAMissingEmulatorSaysWhatToInstall) {
    const auto refusal = to_refusal(reply(Rung::emulator, ENOENT, "qemu-aarch64"), good());
    EXPECT_EQ(refusal.error, Error::no_emulator);
    EXPECT_THAT(refusal.message, HasSubstr("qemu-aarch64"));
    EXPECT_THAT(refusal.message, HasSubstr("install qemu-user-static"));
}

TEST(LaunchReply, OfALinkWhereADirectoryMustBeIsABadImage) {
    auto r = reply(Rung::mount_step, ELOOP);
    r.step = 1;
    const auto refusal = to_refusal(r, good());
    EXPECT_EQ(refusal.error, Error::bad_image);
    EXPECT_THAT(refusal.message, HasSubstr("/dev"));
}

TEST(LaunchReply, OfAFullDiskIsNoSpace) {
    EXPECT_EQ(to_refusal(reply(Rung::storage, ENOSPC, "a new tree"), good()).error, Error::no_space);
}

TEST(LaunchReply, NeverCarriesControlCharactersOn) {
    const auto refusal = to_refusal(reply(Rung::storage, ENOENT, "/srv/\x1b[31mred\n"), good());
    for (const char c : refusal.message)
        EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST(LaunchReply, WithAStepThatThePlanDoesNotHaveIsStillTold) {
    auto r = reply(Rung::mount_step, EPERM);
    r.step = 255;
    EXPECT_FALSE(to_refusal(r, good()).message.empty());
}

TEST(LaunchReply, IsToldInWordsForEveryRung) {
    for (int rung = 0; rung <= static_cast<int>(Rung::exec_init) + 1; ++rung)
        EXPECT_THAT(to_refusal(reply(static_cast<Rung>(rung), EPERM), good()).message,
                    HasSubstr("could not "));
}

} // namespace
} // namespace frank::plan

#include "daemon/session/id_ranges.hpp"

#include "daemon/plan/launch_request.hpp"

#include <gmock/gmock.h>

namespace {

using namespace frank;
using session::free_id_base;
using session::IdRange;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t size = plan::id_range_size;
constexpr std::uint32_t first = plan::id_base_min;

TEST(IdRanges, StartWithTheLowestWhereNothingIsTaken) { EXPECT_EQ(free_id_base({}), first); }

TEST(IdRanges, AreAlignedAndDisjointFromEachOther) {
    std::vector<IdRange> taken;
    for (std::uint32_t n = 0; n < 5; ++n) {
        const auto base = free_id_base(taken);
        ASSERT_EQ(base, first + n * size);
        EXPECT_EQ(*base % size, 0U);
        taken.push_back({*base, size});
    }
}

TEST(IdRanges, FillAGapThatADestroyedSessionLeft) {
    const std::vector<IdRange> taken{{first, size}, {first + 2 * size, size}};
    EXPECT_EQ(free_id_base(taken), first + size);
}

TEST(IdRanges, KeepOffOneSingleIdInARange) {
    const std::vector<IdRange> at_its_end{{first + size - 1, 1}}, at_its_start{{first, 1}};
    EXPECT_EQ(free_id_base(at_its_end), first + size);
    EXPECT_EQ(free_id_base(at_its_start), first + size);
}

TEST(IdRanges, KeepOffUnalignedRangesThatReachOver) {
    const std::vector<IdRange> taken{{first - 100, 200}, {first + 2 * size - 1, 2}};
    EXPECT_EQ(free_id_base(taken), first + 3 * size);
}

TEST(IdRanges, AreNotHinderedByIdsElsewhere) {
    const std::vector<IdRange> taken{
        {0, first}, {std::uint64_t{plan::id_base_max} + size, 1U << 31}, {first, 0}};
    EXPECT_EQ(free_id_base(taken), first);
}

TEST(IdRanges, EndSomewhere) {
    EXPECT_EQ(free_id_base(std::vector<IdRange>{{0, 0xffffffff}}), std::nullopt);
    const std::vector<IdRange> all_but_the_last{{0, plan::id_base_max / size * size}};
    const auto last = free_id_base(all_but_the_last);
    ASSERT_TRUE(last);
    EXPECT_LE(*last, plan::id_base_max);
}

TEST(SubidFile, GivesItsRanges) {
    EXPECT_THAT(session::ranges_in_subid("pi:524288:65536\n100:600000:10\n"),
                ElementsAre(IdRange{524288, 65536}, IdRange{600000, 10}));
}

TEST(SubidFile, IsReadPastLinesThatAreNotSo) {
    EXPECT_THAT(session::ranges_in_subid(
                    "\n# x:1:2\nx:1\nx:1:2:3\nx:a:2\nx:-1:2\nx:1:\nx:99999999999:1\nx:5:0\ny:7:1"),
                ElementsAre(IdRange{1, 2}, IdRange{7, 1}));
}

TEST(PasswdFile, GivesTheThirdField) {
    EXPECT_THAT(session::ids_in_passwd(
                    "root:x:0:0:root:/root:/bin/sh\nbig:x:524290:5::/:/bin/sh\nstaff:x:50:\n+::::\nx:y\n"),
                ElementsAre(IdRange{0, 1}, IdRange{524290, 1}, IdRange{50, 1}));
}

TEST(PasswdFile, MayBeEmpty) { EXPECT_THAT(session::ids_in_passwd(""), IsEmpty()); }

} // namespace

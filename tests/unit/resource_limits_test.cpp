#include "daemon/plan/resource_limits.hpp"

#include <cerrno>
#include <gmock/gmock.h>

namespace frank::plan {
namespace {

using testing::HasSubstr;

TEST(ResourceLimits, ComeByNameAndGoByName) {
    const std::map<std::string, std::uint64_t> numbers{{"memory", 1U << 30}, {"cpu", 150}, {"io", 1U << 20}};
    const auto limits = limits_from_map(numbers);
    ASSERT_TRUE(limits) << limits.error().message;
    EXPECT_EQ(limits->of(Resource::cpu), 150U);
    EXPECT_EQ(limits->of(Resource::tasks), 0U);
    EXPECT_TRUE(limits->any());
    EXPECT_EQ(to_map(*limits), numbers);
    EXPECT_FALSE(limits_from_map({{"memory", 0}})->any()) << "0 is none";
}

TEST(ResourceLimits, OfWhichNoSessionCouldLiveAreRefused) {
    for (const auto &[name, number] : std::map<std::string, std::uint64_t>{
             {"memory", 1U << 20}, {"tasks", 3}, {"io", 1}, {"cpu", 1'000'000}}) {
        const auto limits = limits_from_map({{name, number}});
        ASSERT_FALSE(limits) << name;
        EXPECT_THAT(limits.error().message, HasSubstr("the limit of " + name + " must be from "));
    }
    EXPECT_THAT(limits_from_map({{"memory", 5}}).error().message, HasSubstr("from 32 MiB to 1024 TiB"));
    EXPECT_THAT(limits_from_map({{"disk\n", 5}}).error().message,
                HasSubstr("there is no limit \"disk\\n\": give memory, cpu, tasks, io"));
}

TEST(ResourceLimits, AreWrittenAsTheKernelReadsThem) {
    EXPECT_EQ(limit_text(Resource::memory, 1U << 30), "1073741824");
    EXPECT_EQ(limit_text(Resource::memory, 0), "max");
    EXPECT_EQ(limit_text(Resource::cpu, 150), "150000 100000");
    EXPECT_EQ(limit_text(Resource::cpu, 0), "max 100000");
    EXPECT_EQ(limit_text(Resource::tasks, 500), "500");
    EXPECT_EQ(limit_text(Resource::io, 1000, "8:0"), "8:0 rbps=1000 wbps=1000");
    EXPECT_EQ(limit_text(Resource::io, 0, "8:0"), "8:0 rbps=max wbps=max");
    EXPECT_EQ(limit_file(Resource::tasks), "pids.max");
}

TEST(ResourceUse, IsReadFromTheKernelsFiles) {
    const char *events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
    EXPECT_EQ(number_of_key(events, "oom_kill"), 2U);
    EXPECT_EQ(number_of_key(events, "oom"), 3U);
    EXPECT_EQ(number_of_key(events, "absent"), 0U);
    EXPECT_EQ(number_of_key("usage_usec 18446744073709551615\n", "usage_usec"), UINT64_MAX);
    EXPECT_EQ(number_of_key("", "x"), 0U);
    EXPECT_EQ(io_bytes("8:0 rbytes=10 wbytes=5 rios=1 wios=1 dbytes=9 dios=0\n253:0 rbytes=100 wbytes=0\n"),
              115U);
    EXPECT_EQ(io_bytes("garbage rbytes="), 0U);
}

TEST(ResourceLimits, ThatCannotBeHadSayWhatIsMissing) {
    EXPECT_THAT(limit_failure(Resource::memory, EOPNOTSUPP), HasSubstr("memory cannot be limited: "));
    EXPECT_THAT(limit_failure(Resource::memory, EOPNOTSUPP), HasSubstr("cgroup v2"));
    EXPECT_THAT(limit_failure(Resource::io, ENODEV), HasSubstr("no disk"));
}

} // namespace
} // namespace frank::plan

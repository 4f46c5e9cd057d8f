#include "daemon/plan/compiler_cache.hpp"

#include <gtest/gtest.h>

namespace frank::plan {
namespace {

CompilerCache cache_of(CacheKey key) { return {{1, 2, 0xfe}, std::move(key)}; }

TEST(ACompilerCache, IsSharedByRootsOfOneOwnerArchitectureAndSuite) {
    const auto key = [](std::uint32_t owner, Arch arch, const std::string &suite, const std::string &name) {
        return cache_key(owner, arch, suite, name, CacheSharing::shared);
    };
    const CacheKey pi = key(1000, Arch::arm64, "bookworm", "pi");
    EXPECT_EQ(pi, key(1000, Arch::arm64, "bookworm", "other"));
    EXPECT_NE(pi, key(1001, Arch::arm64, "bookworm", "pi"));
    EXPECT_NE(pi, key(1000, Arch::armhf, "bookworm", "pi"));
    EXPECT_NE(pi, key(1000, Arch::arm64, "trixie", "pi"));
}

TEST(ACompilerCache, IsARootsOwnWhereItsToolchainIsNotKnownOrItsOwnerWantsThat) {
    EXPECT_NE(cache_key(1, Arch::arm64, "", "pi", CacheSharing::shared),
              cache_key(1, Arch::arm64, "", "other", CacheSharing::shared));
    EXPECT_NE(cache_key(1, Arch::arm64, "bookworm", "pi", CacheSharing::own),
              cache_key(1, Arch::arm64, "bookworm", "other", CacheSharing::own));
}

TEST(ACompilerCache, ServesWhoeverMightUseIt) {
    for (const CacheSharing sharing : {CacheSharing::shared, CacheSharing::own}) {
        const CompilerCache cache = cache_of(cache_key(1, Arch::arm64, "bookworm", "pi", sharing));
        EXPECT_TRUE(cache.serves(1, Arch::arm64, "bookworm", "pi"));
        EXPECT_EQ(cache.serves(1, Arch::arm64, "bookworm", "other"), sharing == CacheSharing::shared);
        EXPECT_FALSE(cache.serves(2, Arch::arm64, "bookworm", "pi"));
    }
}

TEST(ACompilerCache, ComesBackAsItWas) {
    const CompilerCache cache = cache_of({4294967295, Arch::riscv64, "", "pi"});
    const auto again = compiler_cache_from_toml(to_toml(cache));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->instance, cache.instance);
    EXPECT_EQ(again->key, cache.key);
}

TEST(ACompilerCache, OfSomebodyElseIsRefused) {
    const std::string good = to_toml(cache_of({1, Arch::arm64, "bookworm", ""}));
    for (const std::string &bad :
         {good.substr(0, good.size() / 2), good + "more = 1\n", std::string("x = 1")})
        EXPECT_FALSE(compiler_cache_from_toml(bad)) << bad;
    std::string other = good;
    other.replace(other.find("arm64"), 5, "moped");
    EXPECT_FALSE(compiler_cache_from_toml(other));
}

TEST(ACompilerCache, IsSharedOwnOrOff) {
    EXPECT_EQ(cache_sharing("shared"), CacheSharing::shared);
    EXPECT_EQ(cache_sharing("own"), CacheSharing::own);
    EXPECT_EQ(cache_sharing("off"), CacheSharing::off);
    EXPECT_EQ(cache_sharing("on"), std::nullopt);
}

} // namespace
} // namespace frank::plan

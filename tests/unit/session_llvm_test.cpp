// Native speed of clang and lld, of which twins are made for roots that have them alone.
#include "support/accel_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Paths = std::set<std::string>;

class AccelerationOfClang : public test::AccelerationTest {
  protected:
    AccelerationOfClang() { EXPECT_EQ(create("pi").state, JobState::exited); }
    /// The root gets it, and frank-tree makes a twin of it where it is told to.
    void install() { llvm = clang; }
    void can_make() {
        making = "twin usr/bin/sed\ntwin usr/lib/llvm-14/bin/clang\ndigest " + std::string(64, 'b') +
                 "\nchecked ok\n";
    }
    static constexpr const char *clang = "/usr/lib/llvm-14/bin/clang";
};

TEST_F(AccelerationOfClang, MakesTwinsAnewForARootThatGotIt) {
    accelerate();
    EXPECT_THAT(trees.back(), Not(Contains("--llvm"))) << "they are large, and for this root alone";
    EXPECT_EQ(shown(clang), "not there");
    install();
    can_make();
    inspection = "arch arm64\nos Debian\nsuite bookworm\nllvm there\nchecked ok\n";
    accelerate();
    EXPECT_THAT(trees.back(), Contains("--llvm"));
    EXPECT_EQ(routes(), (Paths{sed, clang}));
    EXPECT_EQ(shown(clang), "natively");
    const auto made = machine.count(plan::LaunchOp::make_twins);
    accelerate();
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), made) << "once";
}

TEST_F(AccelerationOfClang, DoesWithoutWhatCannotBeMadeAndSaysSo) {
    accelerate();
    install();
    making.clear(); // no network
    inspection = "arch arm64\nos Debian\nsuite bookworm\nllvm there\nchecked ok\n";
    EXPECT_EQ(accelerate().state, JobState::exited);
    EXPECT_EQ(routes(), all) << "the others stay";
    EXPECT_THAT(shown(clang), HasSubstr("made without it: frankctl accel pi on"));
    can_make();
    accelerate("pi", true);
    EXPECT_THAT(trees.back(), Contains("--llvm")) << "and a comparison takes it, too";
    EXPECT_EQ(shown(clang), "natively");
}

TEST_F(AccelerationOfClang, HasNoTwinOfAnotherVersion) {
    install();
    making =
        "twin usr/bin/sed\ntwin usr/lib/llvm-19/bin/clang\ndigest " + std::string(64, 'b') + "\nchecked ok\n";
    inspection = "arch arm64\nos Debian\nsuite bookworm\nllvm there\nchecked ok\n";
    EXPECT_EQ(accelerate().state, JobState::exited);
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 1U);
    EXPECT_EQ(routes(), Paths{sed});
    EXPECT_EQ(shown(clang), "the twins are of another version");
}

} // namespace

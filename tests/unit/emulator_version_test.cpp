#include "daemon/plan/emulator_version.hpp"

#include <gmock/gmock.h>

namespace frank::plan {
namespace {

TEST(EmulatorVersion, SixAndLaterCanBeLookedOn) {
    for (const char *version :
         {"qemu-arm version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", "qemu-arm version 6.0.0",
          "qemu-aarch64 version 10.0.3 (Debian 1:10.0.3+ds-0+deb13u1)"})
        for (const Watch watch : {Watch::none, Watch::trace, Watch::debug})
            EXPECT_TRUE(check_watch(watch, version)) << version;
}

TEST(EmulatorVersion, OlderOrUnknownOnesAreRefusedWithWhatToDo) {
    for (const char *version : {"qemu-arm version 5.2.0", "qemu-arm version x", "unknown", "", " version "}) {
        EXPECT_TRUE(check_watch(Watch::none, version)) << version;
        const auto checked = check_watch(Watch::debug, version);
        ASSERT_FALSE(checked) << version;
        EXPECT_THAT(checked.error().message, testing::MatchesRegex("debugging needs QEMU 6.*--emulator"))
            << version;
    }
    EXPECT_THAT(check_watch(Watch::trace, "\x1b[2J").error().message, testing::HasSubstr("\"\\x1b[2J\""));
}

} // namespace
} // namespace frank::plan

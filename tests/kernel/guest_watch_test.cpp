// What frank-exec tells an emulator where somebody looks on.
#include "tests/support/exec_session.hpp"

namespace frank::test {
namespace {

TEST_F(FrankExec, ATraceIsWrittenWhileSomebodyReadsIt) {
    const auto traced = [] {
        return plan::build_exec_table({arm64_by(emulator, {"-x"})}, {}, plan::Watch::trace);
    };
    const std::string plain = "-x|-0|/run/show|/run/show|";
    EXPECT_EQ(in_session(traced, "/run/show").first, plain) << "there is nothing to write to";
    EXPECT_EQ(in_session(traced,
                         "mkdir /run/frankend/job; mkfifo /run/frankend/job/trace;"
                         "/run/show; exec 3<>/run/frankend/job/trace; env -i /run/show; exec 3<&-; /run/show")
                  .first,
              plain + "-x|-strace|-D|/run/frankend/job/trace|-0|/run/show|/run/show|" + plain);
}

TEST_F(FrankExec, OnlyTheFirstProgramWaitsForADebugger) {
    EXPECT_EQ(
        in_session([] { return plan::build_exec_table({arm64_by(emulator)}, {}, plan::Watch::debug); },
                   "mkdir -p /run/frankend/job/debug; >/run/frankend/job/debug/first; /run/show; /run/show")
            .first,
        "-g|/run/frankend/job/debug/socket|-0|/run/show|/run/show|-0|/run/show|/run/show|");
}

} // namespace
} // namespace frank::test

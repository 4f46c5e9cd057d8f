#include "daemon/session/log.hpp"
#include "daemon/session/spawn_failure.hpp"
#include "daemon/session/tree_report.hpp"

#include <cerrno>
#include <gmock/gmock.h>

namespace {

using namespace frank;
using plan::SpawnStage;
using session::Progress;
using session::TreeReport;
using testing::HasSubstr;

plan::Refusal failure(SpawnStage stage, int error) {
    plan::SpawnRequest request;
    request.argv = {"gcc"};
    request.user = "pi";
    request.cwd = "/src";
    return session::spawn_failure(static_cast<int>(stage), error, request, "rpi3");
}

TEST(SpawnFailure, SaysWhichCommandWasNotFound) {
    EXPECT_EQ(failure(SpawnStage::not_found, ENOENT),
              (plan::Refusal{Error::command_not_found, "gcc: command not found in session rpi3"}));
}

TEST(SpawnFailure, TellsAnExecutableWithoutEmulatorFromOneWithoutPermission) {
    EXPECT_EQ(failure(SpawnStage::execute, EACCES),
              (plan::Refusal{Error::command_not_executable, "gcc: Permission denied"}));
    const plan::Refusal foreign = failure(SpawnStage::execute, ENOEXEC);
    EXPECT_EQ(foreign.error, Error::command_not_executable);
    EXPECT_THAT(foreign.message, HasSubstr("no emulator of session rpi3 runs it"));
}

TEST(SpawnFailure, HasAnErrorForEveryStage) {
    EXPECT_EQ(failure(SpawnStage::slots, 0).error, Error::limit_exceeded);
    EXPECT_EQ(failure(SpawnStage::message, 0).error, Error::failed);
    EXPECT_EQ(failure(SpawnStage::user, ENOENT),
              (plan::Refusal{Error::no_such_user, "no user \"pi\" in session rpi3"}));
    EXPECT_EQ(failure(SpawnStage::terminal, ENOSPC).error, Error::failed);
    EXPECT_EQ(failure(SpawnStage::fork, EAGAIN).error, Error::failed);
    EXPECT_EQ(
        failure(SpawnStage::directory, ENOENT),
        (plan::Refusal{Error::invalid_argument,
                       "cannot change to directory \"/src\" in session rpi3: No such file or directory"}));
    EXPECT_EQ(failure(SpawnStage::credentials, EPERM).error, Error::failed);
    EXPECT_EQ(failure(SpawnStage::descriptors, EBADF).error, Error::failed);
}

TEST(SpawnFailure, BearsAStageThatNobodyKnows) {
    EXPECT_EQ(session::spawn_failure(-7, 123456, {}, "rpi3").error, Error::failed);
}

TreeReport after(std::initializer_list<std::string_view> lines) {
    TreeReport report;
    for (const std::string_view line : lines)
        report.take_output(line);
    return report;
}

TEST(TreeReport, KeepsTheStageWhileProgressMoves) {
    const TreeReport report = after({"stage unpacking", "progress bytes 10 100", "progress bytes 20 100"});
    EXPECT_EQ(report.progress(), (Progress{"unpacking", 20, 100, "bytes"}));
}

TEST(TreeReport, StartsFromZeroInANewStage) {
    EXPECT_EQ(after({"progress files 3 4", "stage next"}).progress(), (Progress{"next", 0, 0, ""}));
}

TEST(TreeReport, IgnoresWhatIsNotOfTheContract) {
    const TreeReport report =
        after({"", "progress", "progress apples 1 2", "progress bytes -1 2", "progress bytes 1",
               "progress bytes 1 2 3", "hello", "arch vax", "checked ok"});
    EXPECT_EQ(report.progress(), Progress{});
    EXPECT_EQ(report.arch(), plan::Arch::none);
}

TEST(TreeReport, TellsTheArchitecture) { EXPECT_EQ(after({"arch arm64"}).arch(), plan::Arch::arm64); }

TEST(TreeReport, LetsNoControlCharacterThrough) {
    const TreeReport report = after({"os Evil\033[2J\x07", "stage \033]0;x"});
    EXPECT_EQ(report.os_name().find('\033'), std::string::npos);
    EXPECT_EQ(report.os_name().find('\a'), std::string::npos);
    EXPECT_EQ(report.progress().what.find('\033'), std::string::npos);
}

TEST(TreeReport, CutsLongTexts) { EXPECT_LT(after({"os " + std::string(5000, 'x')}).os_name().size(), 200U); }

TEST(TreeReport, MakesTheLastErrorLineTheMessage) {
    TreeReport report;
    report.take_error("warning: something");
    report.take_error("frank-tree: not a tar archive");
    report.take_error("");
    EXPECT_EQ(report.outcome(10).error(), (plan::Refusal{Error::bad_image, "not a tar archive"}));
}

TEST(LogSubject, IsInTheLoggersName) {
    EXPECT_EQ(session::subject_of(session::log_of("rpi3").name()), (session::LogSubject{"rpi3", ""}));
    EXPECT_EQ(session::subject_of(session::log_of("rpi3", 42).name()), (session::LogSubject{"rpi3", "42"}));
    EXPECT_EQ(session::subject_of("frankend"), std::nullopt);
    EXPECT_EQ(session::subject_of(""), std::nullopt);
}

TEST(TreeReport, MapsEveryExitStatus) {
    const TreeReport report;
    EXPECT_TRUE(report.outcome(0));
    EXPECT_EQ(report.outcome(10).error().error, Error::bad_image);
    EXPECT_EQ(report.outcome(11).error().error, Error::no_space);
    EXPECT_EQ(report.outcome(12).error().error, Error::limit_exceeded);
    EXPECT_EQ(report.outcome(13).error().error, Error::unavailable);
    EXPECT_EQ(report.outcome(14).error().error, Error::busy);
    EXPECT_EQ(report.outcome(1).error(),
              (plan::Refusal{Error::failed, "frank-tree ended with status 1 and said nothing"}));
}

} // namespace

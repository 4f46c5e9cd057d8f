// frankctl accel against a stand-in for frankend.
#include "tests/support/client_world.hpp"

using namespace frank::test;

namespace {

using FrankctlAccel = ClientWorld;

} // namespace

TEST_F(FrankctlAccel, ShowsEachToolAndWhyNot) {
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"accel", "box"}, {"accel", "box", "status"}}) {
        const Outcome outcome = run(words);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("natively"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("another version"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("1.5"), std::string::npos) << "seconds saved";
    }
    const std::string json = run({"accel", "box", "--format", "json"}).out;
    EXPECT_NE(json.find("\"acceleration\": \"on\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"saved_us\": 1540000"), std::string::npos) << json;
}

TEST_F(FrankctlAccel, SaysHowToBeginWhereThereIsNothing) {
    const Outcome outcome = run({"accel", "two-words"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("frankctl accel two-words on"), std::string::npos) << outcome.out;
    EXPECT_EQ(run({"accel", "two-words", "--quiet"}).out, "");
}

TEST_F(FrankctlAccel, TurnsOnAndOffAndTellsWhatFailed) {
    EXPECT_EQ(run({"accel", "box", "on"}).status, 0);
    EXPECT_EQ(run({"accel", "box", "off"}).status, 0);
    const Outcome failed = run({"accel", "box", "verify"});
    EXPECT_EQ(failed.status, 125);
    EXPECT_NE(failed.err.find("no twins today"), std::string::npos) << failed.err;
    EXPECT_EQ(run({"accel", "denied", "on"}).status, 125);
}

TEST_F(FrankctlAccel, GivesADirectoryToTakeToolsFrom) {
    const Outcome given = run({"accel", "box", "on", "--from", "/"});
    EXPECT_EQ(given.status, 125);
    EXPECT_NE(given.err.find("from a directory"), std::string::npos) << given.err;
    const Outcome missing = run({"accel", "box", "on", "--from", "/no/such/root"});
    EXPECT_EQ(missing.status, 125);
    EXPECT_NE(missing.err.find("cannot read the directory '/no/such/root'"), std::string::npos)
        << missing.err;
    EXPECT_NE(run({"accel", "box", "verify", "--from", "/"}).err.find("--from goes with on alone"),
              std::string::npos);
}

TEST_F(FrankctlAccel, SwitchesClassesOfTools) {
    EXPECT_EQ(run({"accel", "box", "on", "--class", "compiler", "--class", "shell"}).status, 0);
    EXPECT_EQ(run({"accel", "box", "off", "--class", "compiler,shell"}).status, 0);
    for (const char *what : {"on", "off"}) {
        const Outcome unknown = run({"accel", "box", what, "--class", "fast"});
        EXPECT_EQ(unknown.status, 125);
        EXPECT_EQ(unknown.err, "frankctl: classes: fast\n") << "what frankend is told";
    }
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"accel", "box", "--class", "shell"},
          {"accel", "box", "verify", "--class", "shell"}}) {
        const Outcome outcome = run(words);
        EXPECT_EQ(outcome.status, 125);
        EXPECT_NE(outcome.err.find("--class goes with on and off alone"), std::string::npos) << outcome.err;
    }
    EXPECT_NE(run({"show", "box"}).out.find("on, but not for: archive"), std::string::npos);
    EXPECT_NE(run({"accel", "box", "--format", "json"}).out.find("\"classes_off\""), std::string::npos);
}

TEST_F(FrankctlAccel, ComparesBuildsOnlyWhereItIsOnAndAsked) {
    const Outcome off = run({"accel", "two-words", "verify", "--", "make"});
    EXPECT_EQ(off.status, 125);
    EXPECT_EQ(off.err,
              "frankctl: the acceleration of session 'two-words' is not on; frankctl accel two-words on\n");
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"accel", "box", "on", "--", "make"},
          {"accel", "box", "verify", "--workdir", "/"}})
        EXPECT_EQ(run(words).status, 125);
}

TEST_F(FrankctlAccel, RefusesOtherWords) {
    EXPECT_EQ(run({"accel", "box", "faster"}).status, 125);
    EXPECT_EQ(run({"accel"}).status, 125);
}

#include "daemon/plan/breakage.hpp"
#include "daemon/plan/hang.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

JobFacts emulated() {
    JobFacts facts;
    facts.session = "rpi3";
    facts.qemu = "aarch64";
    facts.cpu = "cortex-a53";
    facts.command = "make";
    facts.status = 2;
    return facts;
}

JobFacts saying(const std::string &log) {
    JobFacts facts = emulated();
    facts.log = "before\n" + log + "\nafter\n";
    return facts;
}

std::string name_of(const JobFacts &facts) {
    const auto breakage = recognise(facts);
    return breakage ? breakage->name : "";
}

TEST(Breakage, IsKnownByTheSignalThatQemuKilledItselfWith) {
    JobFacts facts = emulated();
    facts.killed = true;
    facts.status = SIGILL;
    EXPECT_EQ(name_of(facts), "illegal-instruction");
    EXPECT_THAT(recognise(facts)->line, HasSubstr("CPU model cortex-a53"));
    EXPECT_THAT(recognise(facts)->line, EndsWith("frankctl run --cpu max rpi3 -- ..."));
    facts.cpu = "max,pauth-impdef=on";
    EXPECT_THAT(recognise(facts)->line, EndsWith("frankctl run --emulator PATH rpi3 -- ..."));
    facts.status = SIGSEGV;
    EXPECT_EQ(name_of(facts), "segmentation-fault");
    facts.status = SIGBUS;
    EXPECT_EQ(name_of(facts), "bus-error");
    for (const int other : {SIGTERM, SIGKILL, SIGINT, SIGABRT, SIGPIPE}) {
        facts.status = other;
        EXPECT_EQ(name_of(facts), "") << other;
    }
}

TEST(Breakage, IsKnownByTheStatusThatAShellMakesOfASignal) {
    JobFacts facts = emulated();
    facts.status = 128 + SIGSEGV;
    EXPECT_EQ(name_of(facts), "segmentation-fault");
    facts.status = 128 + SIGILL;
    EXPECT_EQ(name_of(facts), "illegal-instruction");
    facts.status = 128 + SIGTERM;
    EXPECT_EQ(name_of(facts), "");
}

TEST(Breakage, IsKnownByTheLastWordsInTheLog) {
    for (const auto &[log, name] : std::initializer_list<std::pair<const char *, const char *>>{
             {"qemu: uncaught target signal 11 (Segmentation fault) - core dumped", "segmentation-fault"},
             {"qemu: uncaught target signal 4 (Illegal instruction) - core dumped", "illegal-instruction"},
             {"qemu-arm: Unable to reserve 0xffff0000 bytes of virtual address space at 0x1000",
              "address-space"},
             {"sh: 1: ./x: Exec format error", "exec-format"},
             {"qemu-arm: Could not open '/lib/ld-linux-armhf.so.3': No such file or directory",
              "missing-loader"},
             {"frank-exec: ./x: needs the loader /lib/ld-linux-armhf.so.3, which this root lacks",
              "missing-loader"},
             {"bash: ./x: cannot execute: required file not found", "missing-loader"},
             {"sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set?",
              "setuid"},
             {"ls: reading directory '.': Value too large for defined data type", "readdir-overflow"},
             {"fakeroot, while creating message channels: Function not implemented", "fakeroot"},
             {"semop(1): encountered an error: Function not implemented", "fakeroot"},
             {"runtime: lfstack.push invalid packing: node=0xffff", "go"},
             {"fatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)", "go"}}) {
        EXPECT_EQ(name_of(saying(log)), name) << log;
        EXPECT_TRUE(is_breakage_name(name)) << name;
    }
    EXPECT_THAT(recognise(saying("sh: 1: ./x: Exec format error"))->line,
                EndsWith("(\"sh: 1: ./x: Exec format error\")"));
    EXPECT_EQ(name_of(saying("make: *** [all] Error 2")), "");
    EXPECT_EQ(name_of(saying("uncaught target signal x")), "");
}

TEST(Breakage, HasOneOfTheNamesThatThereAre) {
    for (const char *name :
         {"segmentation-fault", "bus-error", "illegal-instruction", "go-hang", "node-hang"})
        EXPECT_TRUE(is_breakage_name(name)) << name;
    EXPECT_FALSE(is_breakage_name(""));
    EXPECT_FALSE(is_breakage_name("hang"));
    EXPECT_THAT(breakage_names(), HasSubstr("address-space, bus-error, "));
}

TEST(Breakage, QuotesNothingThatCouldMoveACursor) {
    const auto breakage = recognise(saying("\x1b[2J ./x: Exec format error"));
    ASSERT_TRUE(breakage);
    EXPECT_EQ(breakage->line.find('\x1b'), std::string::npos);
}

TEST(Breakage, IsNotLookedForWhereAllWentWellOrNothingIsEmulated) {
    JobFacts facts = saying("./x: Exec format error");
    facts.status = 0;
    EXPECT_EQ(name_of(facts), "");
    facts.status = 1;
    facts.qemu.clear();
    EXPECT_EQ(name_of(facts), "");
}

TEST(Breakage, OfGoAndNodeIsToldWhenSomebodyHasLostPatience) {
    JobFacts facts = emulated();
    facts.killed = true;
    facts.cancelled = true;
    facts.status = SIGTERM;
    for (const auto &[command, name] : std::initializer_list<std::pair<const char *, const char *>>{
             {"go build ./...", "go-hang"},
             {"sh -c /usr/local/go/bin/go test", "go-hang"},
             {"npm ci", "node-hang"},
             {"/usr/bin/node x.js", "node-hang"},
             {"mongo", ""},
             {"nodeish", ""},
             {"make", ""}}) {
        facts.command = command;
        EXPECT_EQ(name_of(facts), name) << command;
    }
}

TEST(Hangs, AreThoseOfProgramsThatAreKnownToHang) {
    const auto program = [](std::initializer_list<const char *> words) {
        std::string arguments;
        for (const char *word : words)
            arguments += std::string(word) + '\0';
        return frank::plan::hang_program(arguments);
    };
    EXPECT_EQ(program({"/run/frankend/qemu-aarch64", "-cpu", "max", "-0", "go", "/usr/lib/go-1.19/bin/go",
                       "build"}),
              frank::plan::hang_go);
    EXPECT_EQ(program({"/run/frankend/qemu-arm", "-0", "npm", "/usr/bin/node", "/usr/bin/npm", "ci"}),
              frank::plan::hang_node);
    EXPECT_EQ(program({"go", "build"}), frank::plan::hang_go) << "a native one";
    EXPECT_EQ(program({"/run/frankend/qemu-arm", "-0", "go", "/usr/bin/gofmt"}), frank::plan::hang_none);
    EXPECT_EQ(program({"make", "go"}), frank::plan::hang_none);
    EXPECT_EQ(program({"qemu-arm", "-0"}), frank::plan::hang_none);
    EXPECT_EQ(program({}), frank::plan::hang_none);
}

TEST(Hangs, AreToldOfOneThatUsesNoCpu) {
    using frank::plan::is_idle;
    EXPECT_TRUE(is_idle({100, 1}, {100, 1}, 600, 100));
    EXPECT_TRUE(is_idle({100, 1}, {699, 1}, 600, 100)) << "less than a hundredth";
    EXPECT_FALSE(is_idle({100, 1}, {700, 1}, 600, 100));
    EXPECT_FALSE(is_idle({100, 1}, {1, 1}, 600, 100))
        << "a process that ended took its time along, or it wrapped";
    EXPECT_EQ(frank::plan::hang_of(1, 600)->name, "go-hang");
    EXPECT_EQ(frank::plan::hang_of(2, 600)->line.find("nothing of the job has used the CPU for 10 minutes"),
              0U);
    EXPECT_THAT(frank::plan::hang_of(2, 4)->line, HasSubstr("for 4 seconds;"));
    EXPECT_FALSE(frank::plan::hang_of(0, 600));
}

} // namespace
} // namespace frank::plan

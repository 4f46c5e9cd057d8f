#include "daemon/session/findings.hpp"
#include "daemon/session/launcher_link.hpp"
#include "daemon/session/probe_run.hpp"
#include "support/ledger_fixture.hpp"

#include <cstring>
#include <elf.h>

namespace {

using namespace frank;
using namespace frank::session;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::byte> program(std::uint32_t segment_type, std::size_t cut = 0) {
    std::vector<std::byte> bytes(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr));
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_phoff = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = segment_type;
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + sizeof head, &segment, sizeof segment);
    bytes.resize(bytes.size() - cut);
    return bytes;
}

void install(const std::string &path, const std::vector<std::byte> &bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

TEST(Memory, IsEnoughFor32BitProgramsOrItSaysWhatToDo) {
    EXPECT_THAT(memory_findings(65536, 0), IsEmpty());
    EXPECT_THAT(memory_findings(0, 1), IsEmpty());
    const auto both = memory_findings(98304, 2);
    ASSERT_THAT(both, SizeIs(2));
    EXPECT_EQ(both[0].outcome, "warning");
    EXPECT_EQ(both[0].seen, "98304: 32-bit programs may end with \"Unable to reserve\"");
    EXPECT_EQ(both[0].remedy, "sysctl vm.mmap_min_addr=65536");
    EXPECT_THAT(both[1].seen, HasSubstr("Unable to reserve"));
    EXPECT_EQ(both[1].remedy, "sysctl vm.overcommit_memory=0");
}

TEST(Emulators, AreStaticWithoutALoader) {
    EXPECT_TRUE(is_static_elf(program(PT_LOAD)));
    EXPECT_FALSE(is_static_elf(program(PT_INTERP)));
    EXPECT_FALSE(is_static_elf(program(PT_LOAD, 1))) << "cut short: nothing is known";
    EXPECT_FALSE(is_static_elf({}));
}

TEST(Emulators, AreFoundStaticOnesFirst) {
    const test::TemporaryDirectory bin;
    install(bin.path() + "/qemu-aarch64", program(PT_INTERP));
    install(bin.path() + "/qemu-aarch64-static", program(PT_LOAD));
    install(bin.path() + "/qemu-arm", program(PT_LOAD));
    install(bin.path() + "/qemu-riscv64-static", program(PT_INTERP));
    std::map<std::string, EmulatorFile> found;
    for (const EmulatorFile &emulator : find_emulators(bin.path()))
        EXPECT_TRUE(found.emplace(emulator.name, emulator).second) << emulator.name << " twice";
    EXPECT_EQ(found.at("qemu-aarch64").path, bin.path() + "/qemu-aarch64-static");
    EXPECT_EQ(found.at("qemu-arm").path, bin.path() + "/qemu-arm");
    EXPECT_TRUE(found.at("qemu-arm").is_static);
    EXPECT_FALSE(found.at("qemu-riscv64").is_static);
    EXPECT_EQ(found.at("qemu-s390x").path, "");
    EXPECT_FALSE(found.contains("qemu-x86_64")) << "native";
}

TEST(Emulators, AreMissedInOneLine) {
    const std::vector<EmulatorFile> some{{plan::Arch::arm64, "qemu-aarch64", "/q", true},
                                         {plan::Arch::armhf, "qemu-arm", "", false}};
    const auto findings = emulator_file_findings(some);
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].outcome, "warning");
    EXPECT_EQ(findings[0].seen, "missing: qemu-arm");
    EXPECT_THAT(findings[0].remedy, HasSubstr("apt-get install qemu-user-static"));
    const auto none = emulator_file_findings(std::span(some).subspan(1));
    EXPECT_EQ(none.at(0).outcome, "failure");
}

TEST(Emulators, ThatAreDynamicAreAFailure) {
    const std::vector<EmulatorFile> dynamic{{plan::Arch::arm64, "qemu-aarch64", "/q", false}};
    EXPECT_EQ(emulator_file_findings(dynamic).at(0).outcome, "failure");
}

TEST(Emulators, AreJudgedByWhatTheyRun) {
    const EmulatorFile emulator{plan::Arch::arm64, "qemu-aarch64", "/q", true};
    EXPECT_EQ(emulator_run_finding(emulator, "qemu 7.2", 42).outcome, "ok");
    EXPECT_EQ(emulator_run_finding(emulator, "qemu 7.2", -1).outcome, "ok");
    EXPECT_EQ(emulator_run_finding(emulator, "qemu 7.2", 139).outcome, "failure");
    EXPECT_EQ(emulator_run_finding(emulator, "", -1).outcome, "failure");
}

TEST(HostBinfmt, WarnsOfFlagC) {
    const test::TemporaryDirectory table;
    const std::string head = "enabled\ninterpreter /usr/bin/qemu\nflags: ";
    const std::string tail = "\noffset 0\nmagic 7f45\n";
    std::ofstream(table.path() + "/register") << "";
    std::ofstream(table.path() + "/status") << "enabled\n";
    std::ofstream(table.path() + "/good") << head << "PF" << tail;
    const auto fine = binfmt_findings(table.path());
    ASSERT_THAT(fine, SizeIs(1));
    EXPECT_EQ(fine[0].outcome, "ok");
    std::ofstream(table.path() + "/qemu-aarch64") << head << "OCF" << tail;
    const auto findings = binfmt_findings(table.path());
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].outcome, "warning");
    EXPECT_THAT(findings[0].seen, HasSubstr("qemu-aarch64"));
}

TEST(HostBinfmt, IsNotMissedWhereItIsNot) { EXPECT_THAT(binfmt_findings("/nonexistent"), IsEmpty()); }

TEST(HostBinfmt, FlagsAreReadFromTheirOwnLine) {
    EXPECT_EQ(binfmt_flags("enabled\ninterpreter /C\nflags: PF\nC"), "PF");
    EXPECT_EQ(binfmt_flags("enabled\nflags: \n"), "");
    EXPECT_EQ(binfmt_flags("enabled\n"), "");
}

TEST(Machine, IsJudgedWithARemedyForAllThatIsWrong) {
    const std::vector<Finding> wrong{user_namespaces_finding(0),  user_namespaces_finding(5),
                                     landlock_finding(0),         landlock_finding(3),
                                     free_space_finding("/x", 1), free_space_finding("/x", 1ULL << 30)};
    for (const Finding &finding : wrong) {
        EXPECT_NE(finding.outcome, "ok") << finding.seen;
        EXPECT_NE(finding.remedy, "") << finding.seen;
    }
    for (const Finding &fine :
         {user_namespaces_finding(10000), landlock_finding(7), free_space_finding("/x", 1ULL << 40)}) {
        EXPECT_EQ(fine.outcome, "ok");
        EXPECT_EQ(fine.remedy, "");
    }
    EXPECT_EQ(storage_finding("/nonexistent").outcome, "failure");
}

class Probe : public test::LedgerTest {
  protected:
    ProbeRun::Outcome run_program(const std::vector<std::string> &argv, int extra = -1) {
        std::optional<ProbeRun::Outcome> outcome;
        const ProbeRun run(loop, argv, extra,
                           [&outcome](const ProbeRun::Outcome &given) { outcome = given; });
        EXPECT_TRUE(until([&] { return outcome.has_value(); }, std::chrono::seconds(10)));
        return outcome.value_or(ProbeRun::Outcome{});
    }
};

TEST_F(Probe, TellsStatusAndFirstLine) {
    const auto outcome = run_program({"/bin/sh", "-c", "echo one; echo two; exit 3"});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.line, "one");
}

TEST_F(Probe, TellsASignal) { EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"}).status, 137); }

TEST_F(Probe, TellsThatThereIsNoSuchProgram) { EXPECT_EQ(run_program({"/nonexistent"}).status, -1); }

TEST_F(Probe, HandsADescriptorOver) {
    const sys::Fd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(run_program({"/bin/sh", "-c", "read line <&3; echo $line"}, file.get()).line.substr(0, 5),
              "Name:");
}

TEST_F(Probe, EndsWithItsOwner) {
    const auto begin = std::chrono::steady_clock::now();
    {
        const ProbeRun run(loop, {"/bin/sleep", "60"}, -1, [](const ProbeRun::Outcome &) {});
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(Probe, OfTheWholeMachineComesToAnEndWithoutALauncher) {
    LauncherLink link(loop, directory.path() + "/nobody", directory.path());
    std::vector<Finding> first, second;
    link.diagnose([&first](std::vector<Finding> findings) { first = std::move(findings); });
    link.diagnose([&second](std::vector<Finding> findings) { second = std::move(findings); });
    ASSERT_TRUE(until([&] { return !first.empty() && !second.empty(); }, std::chrono::seconds(60)));
    EXPECT_EQ(first.size(), second.size());
    EXPECT_EQ(first.back().check, "frank-launcher");
    EXPECT_EQ(first.back().outcome, "failure");
    for (const Finding &finding : first)
        EXPECT_TRUE(finding.outcome == "ok" || !finding.remedy.empty()) << finding.check;
}

TEST_F(Probe, IsPassedOnByTheLedger) {
    std::vector<Finding> findings;
    ledger->diagnose([&findings](std::vector<Finding> given) { findings = std::move(given); });
    EXPECT_TRUE(until([&] { return findings.size() == 1; }));
}

} // namespace

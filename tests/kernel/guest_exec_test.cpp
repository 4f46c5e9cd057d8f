// frank-exec as the kernel runs it: through a binfmt table of the test's own, in namespaces of its own.
#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/probe_elf.hpp"
#include "tests/support/emulators.hpp"
#include "tests/support/exec_session.hpp"

#include <cstring>
#include <elf.h>

namespace frank::test {
namespace {

TEST_F(FrankExec, TheEmulatorGetsOptionsNameFileAndArguments) {
    const auto [output, status] = with({arm64_by(emulator, {"-cpu", "cortex-a53"})}, "/run/show 'a b' '' c");
    EXPECT_EQ(output, "-cpu|cortex-a53|-0|/run/show|/run/show|a b||c|");
    EXPECT_EQ(status, 0);
}

TEST_F(FrankExec, TheNameTheCallerGaveIsKept) {
    EXPECT_EQ(with({arm64_by(emulator)}, "bash -c 'exec -a other /run/show x'").first,
              "-0|other|/run/show|x|");
}

TEST_F(FrankExec, TheEnvironmentArrivesAsItIsAlsoWhenItIsEmpty) {
    const char *script = "printf '#!/bin/sh\ntr \"\\\\0\" \"|\" </proc/$$/environ' >/run/emulator;"
                         "env -i /run/show; env -i A=1 QEMU_STRACE=1 LD_PRELOAD= /run/show";
    EXPECT_EQ(with({arm64_by(emulator)}, script).first, "A=1|QEMU_STRACE=1|LD_PRELOAD=|");
}

TEST_F(FrankExec, NoDescriptorOfOursStaysOpen) {
    const char *script = "printf '#!/bin/sh\nls /proc/$$/fd' >/run/emulator; /run/emulator; /run/show";
    const std::string output = with({arm64_by(emulator)}, script).first;
    ASSERT_GE(output.size(), 4U);
    EXPECT_EQ(output.substr(0, output.size() / 2), output.substr(output.size() / 2))
        << "as many as without us";
}

TEST_F(FrankExec, AHundredThousandArgumentsArrive) {
    const char *script = "printf '#!/bin/sh\necho $#' >/run/emulator; /run/show $(seq 1 100000)";
    EXPECT_EQ(with({arm64_by(emulator)}, script).first, "100003\n");
}

TEST_F(FrankExec, AnyNumberOfArgumentsArrives) {
    const char *script = "printf '#!/bin/sh\nprintf \"%%s,\" $(($# - 3))' >/run/emulator;"
                         "for many in $(seq 0 70); do /run/show $(seq $many) >>/run/counted; done;"
                         "[ \"$(cat /run/counted)\" = \"$(seq -s, 0 70),\" ] || cat /run/counted";
    EXPECT_EQ(with({arm64_by(emulator)}, script).first, "");
}

TEST(FrankExecFile, HasOneSegmentAndNoVariables) {
    // Each more costs a mapping and a page at each exec; exec_libc.cpp keeps errno and the environment on the
    // stack.
    const Bytes file = bytes_of_file(FRANK_EXEC);
    Elf64_Ehdr head{};
    ASSERT_GE(file.size(), sizeof head);
    std::memcpy(&head, file.data(), sizeof head);
    std::vector<std::uint32_t> segments;
    for (std::size_t i = 0; i < head.e_phnum; ++i) {
        Elf64_Phdr segment{};
        ASSERT_GE(file.size(), head.e_phoff + (i + 1) * sizeof segment);
        std::memcpy(&segment, file.data() + head.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_LOAD)
            segments.push_back(segment.p_flags);
    }
    EXPECT_EQ(segments, std::vector<std::uint32_t>{PF_R | PF_X});
}

TEST_F(FrankExec, ARealEmulatorRunsTheRealProgram) {
    const std::string qemu = test::emulator_of(plan::Arch::arm64);
    if (qemu.empty())
        GTEST_SKIP() << "needs qemu-aarch64-static or qemu-aarch64";
    const auto [output, status] = with({arm64_by(qemu, {"-cpu", "cortex-a53"})},
                                       "bash -c 'exec -a name /run/show one \"two three\"' | tr '\\0' '|';"
                                       "/run/show x y z >/dev/null");
    EXPECT_EQ(output, "name|one|two three|");
    EXPECT_EQ(status, 4) << "the program's own exit status";
}

TEST_F(FrankExec, ASetuidProgramsCallerHasNoSayInTheEmulator) {
    const std::string qemu = test::emulator_of(plan::Arch::arm64);
    if (qemu.empty())
        GTEST_SKIP() << "needs qemu-aarch64-static or qemu-aarch64";
    const char *script = "mkdir -m 0777 /run/open; export QEMU_LOG=strace QEMU_LOG_FILENAME=/run/open/log;"
                         "setpriv --reuid 1000 --clear-groups /run/show >/dev/null; stat -c %u /run/open/log;"
                         "rm /run/open/log; chmod 4755 /run/show;"
                         "setpriv --reuid 1000 --clear-groups /run/show >/dev/null; echo $?; ls /run/open";
    EXPECT_EQ(with({arm64_by(qemu)}, script).first, "1000\n1\n");
}

TEST_F(FrankExec, ASetuidProgramIsTheFileTheKernelOpenedNotItsPath) {
    const char *script =
        "printf '#!/bin/sh\necho ${3%%/*}; readlink $3' >/run/emulator; chmod 4755 /run/show;"
        "ln -s show /run/link; setpriv --reuid 1000 --clear-groups /run/link;"
        "chmod 0755 /run/show; /run/link";
    EXPECT_EQ(with({arm64_by(emulator)}, script).first, "/proc/self/fd\n/run/show\n/run\nshow\n");
}

TEST_F(FrankExec, ARouteRunsTheTwinWithTheProgramsArguments) {
    EXPECT_EQ(output_with_route("/run/twin", "/run/show a 'b c'"), "twin:a|b c|");
}

TEST_F(FrankExec, ARouteHoldsForEveryWayToTheFile) {
    EXPECT_EQ(output_with_route("/run/twin", "ln -s show /run/link; /run/link 1; cd /; run/../run/show 2;"
                                             "cd /run; PATH=. show 3"),
              "twin:1|twin:2|twin:3|");
}

TEST_F(FrankExec, ARouteEndsWhenTheFileIsNoLongerTheSame) {
    EXPECT_EQ(output_with_route("/run/twin", "touch /run/show; /run/show 1"), "-0|/run/show|/run/show|1|");
    EXPECT_EQ(output_with_route("/run/twin", "cp -p /run/show /run/new; mv /run/new /run/show; /run/show 1"),
              "-0|/run/show|/run/show|1|");
}

TEST_F(FrankExec, WithLdPreloadThereIsNoTwin) {
    EXPECT_EQ(output_with_route("/run/twin", "LD_PRELOAD=/none.so /run/show 1 2>/dev/null"),
              "-0|/run/show|/run/show|1|");
}

TEST_F(FrankExec, ATwinThatCannotRunLeavesItToTheEmulator) {
    EXPECT_EQ(output_with_route("/run/gone", "/run/show 1"), "-0|/run/show|/run/show|1|");
}

TEST_F(FrankExec, TheRightRouteIsFoundAmongMany) {
    const auto table = [] {
        std::vector<plan::RouteEntry> routes{route_to("/run/twin")};
        for (int i = 0; i < 500; ++i) {
            routes.push_back(route_to("/run/gone"));
            routes.back().path =
                "/run/" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i);
        }
        return plan::build_exec_table({arm64_by(emulator)}, routes);
    };
    EXPECT_EQ(in_session(table, "/run/show found").first, "twin:found|");
}

TEST_F(FrankExec, AChrootInsideUsesTheSessionsTableAndEmulator) {
    const char *script =
        "mkdir -p /run/tree/proc; cp /run/show /run/tree/; mount --bind /proc /run/tree/proc;"
        "chroot /run/tree /show; echo $?; umount /run/tree/proc; chroot /run/tree /show; echo $?";
    const auto table = [] {
        (void)put("/run/static", plan::build_probe(plan::Arch::amd64), 0755); // exits with 42
        return plan::build_exec_table({arm64_by("/run/static")}, {});
    };
    EXPECT_EQ(in_session(table, script).first,
              "42\nfrank-exec: /run/frankend/exec-table: cannot be read; into a "
              "chroot inside a session, bind /run/frankend (ENOENT)\n126\n");
}

TEST_F(FrankExec, AMissingEmulatorIsSaidAnd127) {
    EXPECT_EQ(with({arm64_by("/run/none")}, "/run/show; exit $?"),
              std::pair("frank-exec: /run/none: the emulator is gone; stop and start the session (ENOENT)\n"s,
                        127));
    EXPECT_EQ(with({{plan::Arch::riscv64, emulator, {}}}, "/run/show; exit $?"),
              std::pair("frank-exec: /run/show: this session has no emulator for its architecture\n"s, 127));
}

TEST_F(FrankExec, AnEmulatorThatCannotRunIsSaidAnd126) {
    EXPECT_EQ(with({arm64_by("/run/frankend")}, "/run/show; exit $?"),
              std::pair("frank-exec: /run/frankend: the emulator could not be executed (EACCES)\n"s, 126));
}

TEST_F(FrankExec, NoDamagedTableIsTrusted) {
    const auto damaged = [](const std::function<void(plan::ExecTableHeader &, Bytes &)> &damage) {
        return [damage] {
            Bytes bytes = plan::build_exec_table({arm64_by(emulator, {"-x"})}, {route_to("/run/twin")});
            plan::ExecTableHeader header;
            std::memcpy(&header, bytes.data(), sizeof header);
            damage(header, bytes);
            if (bytes.size() >= sizeof header)
                std::memcpy(bytes.data(), &header, sizeof header);
            return bytes;
        };
    };
    using Header = plan::ExecTableHeader;
    const std::vector<std::function<void(Header &, Bytes &)>> damages{
        [](Header &, Bytes &bytes) { bytes.clear(); },
        [](Header &, Bytes &bytes) { bytes.resize(sizeof(Header) - 1); },
        [](Header &header, Bytes &) { header.magic[0] = 'X'; },
        [](Header &header, Bytes &) { header.size += 1; },
        [](Header &, Bytes &bytes) { bytes.pop_back(); },
        [](Header &header, Bytes &) { header.emulator_count = 0xffffffff; },
        [](Header &header, Bytes &) { header.emulator_offset = 0xfffffff0; },
        [](Header &header, Bytes &) { header.route_count = 0x10000000; },
        [](Header &header, Bytes &) { header.route_offset = header.size + 1; },
        [](Header &header, Bytes &bytes) {
            bytes.resize(plan::exec_table_max_bytes + 1), header.size = plan::exec_table_max_bytes + 1;
        },
    };
    for (std::size_t i = 0; i < damages.size(); ++i)
        EXPECT_EQ(
            in_session(damaged(damages[i]), "/run/show; exit $?"),
            std::pair("frank-exec: /run/frankend/exec-table: is damaged; stop and start the session\n"s, 126))
            << "damage " << i;
}

TEST_F(FrankExec, BrokenOffsetsInsideATableNeverCrash) {
    // Every 32-bit word of a good table, one at a time, made as wrong as can be.
    const auto table = [] {
        return plan::build_exec_table({arm64_by(emulator, {"-x"})}, {route_to("/run/twin")});
    };
    const auto write_all = [&] {
        Bytes good = table();
        for (std::size_t at = sizeof(plan::ExecTableHeader); at + 4 <= good.size(); at += 4) {
            Bytes bad = good;
            std::memset(bad.data() + at, 0xff, 4);
            (void)put("/run/table-" + std::to_string(at), bad, 0644);
        }
        return good;
    };
    const auto [output, status] = in_session(
        write_all,
        "for t in /run/table-*; do cp $t /run/frankend/exec-table; /run/show >/dev/null 2>&1; s=$?;"
        "test $s -le 127 || echo $t $s; done; echo done");
    EXPECT_EQ(output, "done\n");
    EXPECT_EQ(status, 0);
}

TEST_F(FrankExec, RunByHandSaysSoAnd126) {
    for (const char *script : {"/run/frankend/frank-exec", "/run/frankend/frank-exec /run/show show x"})
        EXPECT_EQ(with({arm64_by(emulator)}, script + "; exit $?"s),
                  std::pair("frank-exec is run by the kernel, not by hand\n"s, 126));
}

} // namespace
} // namespace frank::test

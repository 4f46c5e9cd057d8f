#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/twin.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using namespace std::string_literals;

bool has_rule(const TwinTool &tool, const std::string &rule) {
    const auto rules = rules_of(tool, Arch::arm64);
    return std::ranges::find(rules, rule) != rules.end();
}

TwinTool tool(const std::string &path) { return tool_of(path, Arch::arm64).value(); }

TEST(Twins, OfBookwormsCompilerAreTriedForFramesAndDoubted) {
    const TwinTool cc1 = tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1");
    EXPECT_TRUE(has_rule(cc1, "^") && has_rule(cc1, "?")) << "what writes no file is the guest's";
    EXPECT_TRUE(has_rule(cc1, "#__stack_chk_fail") && has_rule(cc1, "#sub\tsp, sp, x0\n"));
    EXPECT_FALSE(has_rule(cc1, "#sub\tsp, sp, x12\n")) << "a large frame";
    EXPECT_TRUE(has_rule(cc1, "%-E"));
    const TwinTool lto1 = tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/lto1");
    EXPECT_TRUE(has_rule(lto1, "?") && has_rule(lto1, "#__stack_chk_fail"));
    EXPECT_FALSE(has_rule(lto1, "^"));
    EXPECT_FALSE(has_rule(tool("usr/lib/gcc-cross/aarch64-linux-gnu/13/cc1"), "#__stack_chk_fail"));
    EXPECT_LE(rules_of(cc1, Arch::arm64).size(), exec_table_max_rules);
}

TEST(Twins, OfCompilersSignWithTheNameOfTheGuestsPackage) {
    const TwinTool cc1 = tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1");
    const Packages packages{"(Debian 12.2.0-14+deb12u1)", "(Debian 12.2.0-14)"};
    const auto rules = rules_of(cc1, Arch::arm64, packages);
    const auto from = std::ranges::find(rules, "{\t.ident\t\"GCC: (Debian 12.2.0-14) ");
    ASSERT_LT(from, rules.end() - 1);
    EXPECT_EQ(from[1], "}\t.ident\t\"GCC: (Debian 12.2.0-14+deb12u1) ");
    EXPECT_LE(rules.size(), exec_table_max_rules);
    const auto plain = rules_of(cc1, Arch::arm64);
    EXPECT_EQ(rules_of(cc1, Arch::arm64, {"(Debian 12.2.0-14)", "(Debian 12.2.0-14)"}), plain);
    EXPECT_EQ(rules_of(cc1, Arch::arm64, {"", "(Debian 12.2.0-14)"}), plain);
    EXPECT_EQ(rules_of(cc1, Arch::arm64, {"(\")", "(Debian 12.2.0-14)"}), plain)
        << "what an assembler would not read";
    const TwinTool make = tool("usr/bin/make");
    EXPECT_EQ(rules_of(make, Arch::arm64, packages), rules_of(make, Arch::arm64));
}

TEST(Twins, StandInForTheGuestsFileOfTheSameName) {
    EXPECT_EQ(tool("usr/bin/sed").guest, "/usr/bin/sed");
    EXPECT_EQ(tool("bin/bash").guest, "/usr/bin/bash"); // a root with a merged /usr
    EXPECT_EQ(tool("bin/bash").native, "/run/frankend/native/bin/bash");
    EXPECT_EQ(tool("usr/bin/aarch64-linux-gnu-ld.bfd").tool_class, ToolClass::binutils);
    EXPECT_EQ(tool("usr/bin/aarch64-linux-gnu-g++-12").tool_class, ToolClass::compiler);
}

TEST(Twins, OfACrossCompilerStandInForTheNativeOnesPrograms) {
    EXPECT_EQ(tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1").guest,
              "/usr/lib/gcc/aarch64-linux-gnu/12/cc1");
}

TEST(Twins, AreFoundWhereverADistributionHasItsCompilers) {
    struct Place {
        const char *native, *guest;
    };
    for (const Place &place :
         {Place{"usr/libexec/gcc-cross/riscv64-linux-gnu/14/cc1",
                "/usr/libexec/gcc/riscv64-linux-gnu/14/cc1"},
          Place{"usr/libexec/gcc/riscv64-unknown-linux-gnu/13/cc1plus",
                "/usr/libexec/gcc/riscv64-unknown-linux-gnu/13/cc1plus"},
          Place{"usr/libexec/gcc/riscv64-alpine-linux-musl/14.2.0/cc1",
                "/usr/libexec/gcc/riscv64-alpine-linux-musl/14.2.0/cc1"},
          Place{"usr/lib/gcc/riscv64-unknown-linux-gnu/15.1.0/lto1",
                "/usr/lib/gcc/riscv64-unknown-linux-gnu/15.1.0/lto1"},
          Place{"usr/x86_64-pc-linux-gnu/riscv64-unknown-linux-gnu/gcc-bin/13/riscv64-unknown-linux-gnu-g++",
                "/usr/riscv64-unknown-linux-gnu/gcc-bin/13/riscv64-unknown-linux-gnu-g++"},
          Place{"usr/x86_64-pc-linux-gnu/riscv64-unknown-linux-gnu/binutils-bin/2.42/as",
                "/usr/riscv64-unknown-linux-gnu/binutils-bin/2.42/as"},
          Place{"usr/bin/riscv64-alpine-linux-musl-gcc-14.2.0",
                "/usr/bin/riscv64-alpine-linux-musl-gcc-14.2.0"}}) {
        const auto found = tool_of(place.native, Arch::riscv64);
        ASSERT_TRUE(found) << place.native;
        EXPECT_EQ(found->guest, place.guest);
        EXPECT_EQ(found->native, "/run/frankend/native/" + std::string(place.native));
        EXPECT_LE(rules_of(*found, Arch::riscv64).size(), exec_table_max_rules);
        const std::string_view directory =
            std::string_view(place.native).substr(0, std::string_view(place.native).rfind('/'));
        EXPECT_TRUE(std::ranges::any_of(tool_directories(Arch::riscv64), [&](const std::string &each) {
            return each == directory ||
                   (each.ends_with("/*") && directory.substr(0, directory.rfind('/') + 1) ==
                                                std::string_view(each).substr(0, each.size() - 1));
        })) << place.native;
    }
    EXPECT_FALSE(tool_of("usr/lib/gcc/x86_64-linux-gnu/14/cc1", Arch::riscv64)) << "this machine's own";
}

TEST(Twins, OfDriversLookForTheirPartsWhereANativeOneDoes) {
    const auto rewrites = rewrites_of("usr/bin/riscv64-linux-gnu-gcc-14", Arch::riscv64);
    ASSERT_EQ(rewrites.size(), 2U);
    EXPECT_EQ(rewrites.back().from, "/usr/libexec/gcc-cross/");
    EXPECT_EQ(rewrites.back().to, "/usr/libexec/gcc/");
    const auto headers = rewrites_of("usr/libexec/gcc-cross/riscv64-linux-gnu/14/cc1", Arch::riscv64);
    ASSERT_EQ(headers.size(), 6U);
    EXPECT_EQ(headers.front().from, "/usr/lib/gcc-cross/riscv64-linux-gnu/14/include");
    EXPECT_EQ(headers.front().to, "/usr/lib/gcc/riscv64-linux-gnu/14/include");
}

TEST(Twins, AreNeverThereForWhatReportsTheMachine) {
    for (const char *path : {"usr/bin/uname", "usr/bin/arch", "usr/bin/getconf", "usr/bin/dpkg",
                             "usr/bin/python3", "usr/bin/perl", "usr/bin/hostname", "usr/bin/lscpu"})
        EXPECT_FALSE(tool_of(path, Arch::arm64)) << path;
}

TEST(Twins, LeaveWhatIsDoneAtTheLinkToA32BitGuestsOwnCompiler) {
    EXPECT_TRUE(tool_of("usr/lib/gcc-cross/aarch64-linux-gnu/12/lto1", Arch::arm64));
    EXPECT_FALSE(tool_of("usr/lib/gcc-cross/arm-linux-gnueabihf/12/lto1", Arch::armhf));
    const auto rules =
        rules_of(tool_of("usr/lib/gcc-cross/arm-linux-gnueabihf/12/cc1", Arch::armhf).value(), Arch::armhf);
    EXPECT_NE(std::ranges::find(rules, "^-flto"), rules.end());
}

TEST(Twins, AreNothingElseInTheTree) {
    for (const char *path :
         {"usr/lib/gcc-cross/aarch64-linux-gnu/12/liblto_plugin.so", "etc/sed", "usr/bin/x/sed",
          "usr/lib/gcc-cross/aarch64-linux-gnu/12/plugin/cc1", "usr/bin/arm-linux-gnueabihf-as", "sed", ""})
        EXPECT_FALSE(tool_of(path, Arch::arm64)) << path;
    EXPECT_FALSE(tool_of("usr/bin/sed", Arch::m68k)) << "Debian has no cross compiler for it";
}

TEST(Twins, OfDriversLeaveToTheGuestWhatTellsPaths) {
    const TwinTool gcc = tool("usr/bin/aarch64-linux-gnu-gcc-12");
    for (const char *rule : {"=-v", "^-print-", "=-march=native", "$LIBRARY_PATH", "^-fplugin", "=--version"})
        EXPECT_TRUE(has_rule(gcc, rule)) << rule;
    EXPECT_FALSE(has_rule(tool("usr/bin/sed"), "^-print-"));
}

TEST(Twins, OfCompilersAreWatched) {
    EXPECT_TRUE(has_rule(tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1plus"), "!4"));
    EXPECT_TRUE(has_rule(tool("usr/bin/aarch64-linux-gnu-as"), "!"));
    EXPECT_FALSE(has_rule(tool("usr/bin/sed"), "!"));
}

TEST(Twins, OfLinkersGetTheirOwnPlugIn) {
    const auto rules = rules_of(tool("usr/bin/aarch64-linux-gnu-ld.bfd"), Arch::arm64);
    const auto from = std::ranges::find(rules, "</usr/lib/gcc/aarch64-linux-gnu/12/liblto_plugin.so");
    ASSERT_NE(from, rules.end());
    EXPECT_EQ(*(from + 1), ">/run/frankend/native/usr/lib/gcc-cross/aarch64-linux-gnu/12/liblto_plugin.so");
    EXPECT_LE(rules.size(), exec_table_max_rules);
}

TEST(Twins, OfBashSayWhatTheGuestsOwnSays) {
    EXPECT_TRUE(has_rule(tool("bin/bash"), "+MACHTYPE=aarch64-unknown-linux-gnu"));
    const auto rules = rules_of(tool_of("bin/bash", Arch::armhf).value(), Arch::armhf);
    EXPECT_NE(std::ranges::find(rules, "+MACHTYPE=arm-unknown-linux-gnueabihf"), rules.end());
}

TEST(Twins, OfPkgconfLookWhereTheGuestsOwnLooks) {
    const TwinTool pkgconf = tool("usr/bin/pkgconf");
    EXPECT_EQ(pkgconf.tool_class, ToolClass::build);
    EXPECT_TRUE(has_rule(pkgconf,
                         "+PKG_CONFIG_LIBDIR=/usr/local/lib/aarch64-linux-gnu/pkgconfig:"
                         "/usr/local/lib/pkgconfig:/usr/local/share/pkgconfig:"
                         "/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/lib/pkgconfig:/usr/share/pkgconfig"));
    EXPECT_TRUE(has_rule(pkgconf, "$PKG_CONFIG_LIBDIR")) << "the caller's own is the guest's business";
}

TEST(Twins, ThatAskTheKernelForTheMachineAreTold) {
    EXPECT_EQ(companion_of("usr/bin/cmake"), twin_machine);
    EXPECT_EQ(companion_of("usr/bin/make"), "");
    EXPECT_TRUE(tool_of("usr/bin/cmake", Arch::armhf));
}

TEST(Twins, OfGitAreThereFor64BitGuestsWhereverItIs) {
    for (const char *path : {"usr/bin/git", "usr/lib/git-core/git", "usr/libexec/git-core/git"}) {
        const auto git = tool_of(path, Arch::arm64);
        ASSERT_TRUE(git) << path;
        EXPECT_EQ(git->tool_class, ToolClass::build);
        EXPECT_EQ(git->guest, "/" + std::string(path));
        EXPECT_EQ(companion_of(path), twin_git);
        EXPECT_FALSE(tool_of(path, Arch::armhf)) << path;
        const std::string directory = std::string(path).substr(0, std::string_view(path).rfind('/'));
        const auto directories = tool_directories(Arch::arm64);
        EXPECT_NE(std::ranges::find(directories, directory), directories.end()) << path;
    }
    EXPECT_FALSE(tool_of("usr/lib/git-core/git-remote-https", Arch::arm64)) << "has libraries to load";
    EXPECT_FALSE(tool_of("usr/lib/git-core/sed", Arch::arm64));
}

TEST(Twins, OfGitLeaveToTheGuestWhatTellsOfItAndWritesBloomFilters) {
    const TwinTool git = tool("usr/lib/git-core/git");
    for (const char *rule : {"=--build-options", "=bugreport", "=gc", "*git-gc", "=commit-graph"})
        EXPECT_TRUE(has_rule(git, rule)) << rule;
    EXPECT_FALSE(has_rule(tool("usr/bin/make"), "=gc"));
}

TEST(Twins, HaveTheConvertersOfTheirOwnLibrary) {
    for (const Rewrite &rewrite : rewrites_of_libc()) {
        EXPECT_LE(rewrite.to.size(), rewrite.from.size()) << rewrite.from;
        EXPECT_TRUE(rewrite.to.starts_with("/run/frankend/native/gconv")) << rewrite.to;
    }
    EXPECT_EQ(guest_place("usr/lib/x86_64-linux-gnu/gconv", Arch::arm64), "/usr/lib/aarch64-linux-gnu/gconv");
    EXPECT_EQ(guest_place("usr/lib64/gconv", Arch::arm64), "/usr/lib64/gconv");
}

TEST(Twins, ThatAreNotProvenAreToldOf) {
    const auto why = [](Arch arch, const std::string &path) {
        const auto tools = unproven_tools(arch);
        const auto found = std::ranges::find(tools, path, &UnprovenTool::guest);
        return found == tools.end() ? "" : found->why;
    };
    for (const char *path : {"/usr/bin/perl", "/usr/bin/rustc", "/usr/lib/go-1.19/bin/go"})
        EXPECT_TRUE(why(Arch::arm64, path).starts_with("not proven: ")) << path;
    EXPECT_EQ(why(Arch::arm64, "/usr/bin/git"), "");
    EXPECT_TRUE(why(Arch::armhf, "/usr/bin/git").starts_with("not proven: "));
    for (const Arch arch : {Arch::arm64, Arch::armhf})
        for (const UnprovenTool &each : unproven_tools(arch))
            EXPECT_FALSE(tool_of(std::string_view(each.guest).substr(1), arch)) << each.guest;
}

TEST(Twins, OfClangAreToldTheTargetThatTheGuestsOwnWasBuiltFor) {
    const TwinTool clang = tool("usr/lib/llvm-14/bin/clang");
    EXPECT_EQ(clang.tool_class, ToolClass::compiler);
    EXPECT_EQ(clang.guest, "/usr/lib/llvm-14/bin/clang");
    EXPECT_EQ(clang.native, "/run/frankend/native/usr/lib/llvm-14/bin/clang");
    EXPECT_TRUE(has_rule(clang, "&--target=aarch64-unknown-linux-gnu") && has_rule(clang, ",-cc1"));
    EXPECT_TRUE(has_rule(clang, ";-triple")) << "the compiler proper is told for what, or is the guest's";
    EXPECT_TRUE(has_rule(clang, "@clang++") && has_rule(clang, "@clang-14"));
    EXPECT_FALSE(has_rule(clang, "@clang-cl")) << "which compiles for another system";
    EXPECT_TRUE(has_rule(clang, "^-march=native") && has_rule(clang, "$LIBRARY_PATH") &&
                has_rule(clang, "^-fplugin"));
    EXPECT_FALSE(has_rule(clang, "^-flto"));
    EXPECT_EQ(companion_of("usr/lib/llvm-14/bin/clang"), twin_machine) << "and where it is";
    const auto hard = rules_of(tool_of("usr/lib/llvm-19/bin/clang", Arch::armhf).value(), Arch::armhf);
    EXPECT_NE(std::ranges::find(hard, "&--target=arm-unknown-linux-gnueabihf"), hard.end());
    EXPECT_NE(std::ranges::find(hard, "^-flto"), hard.end()) << "pointers of another size";
    EXPECT_LE(hard.size(), exec_table_max_rules);
    const TwinTool lld = tool("usr/lib/llvm-14/bin/lld");
    EXPECT_EQ(lld.tool_class, ToolClass::binutils);
    EXPECT_TRUE(has_rule(lld, "!"));
    for (const char *path : {"usr/lib/llvm-14/bin/clangd", "usr/lib/llvm-14/bin/llc", "usr/bin/clang",
                             "usr/lib/llvm-14/lib/clang", "usr/lib/llvm-x/bin/clang"})
        EXPECT_FALSE(tool_of(path, Arch::arm64)) << path;
    EXPECT_FALSE(tool_of("usr/lib/llvm-14/bin/clang", Arch::amd64));
}

TEST(Twins, OfClangAreThereForRootsThatHaveItAlone) {
    const auto packages = twin_packages(Arch::arm64);
    EXPECT_EQ(std::ranges::find(packages, "clang"), packages.end());
    const auto more = twin_packages(Arch::arm64, true);
    EXPECT_NE(std::ranges::find(more, "clang"), more.end());
    EXPECT_NE(std::ranges::find(more, "lld"), more.end());
    EXPECT_TRUE(is_llvm("usr/lib/llvm-19/bin/lld") && !is_llvm("usr/bin/sed"));
    for (const std::string &path : llvm_paths())
        EXPECT_TRUE(is_llvm(path.substr(1))) << path;
}

TEST(Twins, OfGccLeaveTheSearchForLldToTheGuestsOwn) {
    EXPECT_TRUE(has_rule(tool("usr/lib/gcc-cross/aarch64-linux-gnu/12/collect2"), "=-fuse-ld=lld"));
}

TEST(Twins, OfLinkersLeaveClangsPluginToTheGuestsOwn) {
    for (const char *linker : {"usr/bin/aarch64-linux-gnu-ld.bfd", "usr/bin/aarch64-linux-gnu-ld.gold"})
        EXPECT_TRUE(has_rule(tool(linker), "=/usr/lib/llvm-14/bin/../lib/LLVMgold.so")) << linker;
}

TEST(Twins, OfCompilersLookWhereANativeOneLooks) {
    const auto rewrites = rewrites_of("usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1plus", Arch::arm64);
    ASSERT_EQ(rewrites.size(), 6U);
    for (const Rewrite &rewrite : rewrites)
        EXPECT_LE(rewrite.to.size(), rewrite.from.size()) << rewrite.from;
    EXPECT_EQ(rewrites.back().to, "/usr/local/include");
    EXPECT_TRUE(rewrites_of("usr/bin/sed", Arch::arm64).empty());
}

} // namespace
} // namespace frank::plan

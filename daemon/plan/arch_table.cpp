// No allocation and no exception here nor in elf.cpp: frank-init is made of them too.
#include "daemon/plan/arch.hpp"

#include <array>

namespace frank::plan {

namespace {

constexpr std::uint8_t bits32 = 1, bits64 = 2; // EI_CLASS
constexpr std::uint8_t little = 1, big = 2;    // EI_DATA
constexpr bool native = true, emulated = false;

// e_machine: EM_* of the ELF gABI's registry.
constexpr std::uint16_t sparc = 2, i386 = 3, m68k = 4, mips = 8, parisc = 15, sparc32plus = 18, powerpc = 20,
                        ppc64 = 21, s390 = 22, arm = 40, sh = 42, sparcv9 = 43, x86_64 = 62, aarch64 = 183,
                        riscv = 243, loongarch = 258, alpha = 0x9026;

// e_flags: the psABI of each (Arm IHI 0044, MIPS n32 handbook, OpenPOWER ELFv2, RISC-V and LoongArch ELF
// psABI).
constexpr ElfFlags any{};
constexpr ElfFlags arm_hard{0x400, 0x400},
    arm_soft{0x400, 0}; // EF_ARM_ABI_FLOAT_HARD; old toolchains say nothing
constexpr ElfFlags mips_o32{0x20, 0}, mips_n32{0x20, 0x20}; // EF_MIPS_ABI2
constexpr ElfFlags ppc_elfv2{3, 2};                         // EF_PPC64_ABI
constexpr ElfFlags riscv_double{6, 4};                      // EF_RISCV_FLOAT_ABI
constexpr ElfFlags loongarch_double{7, 3};                  // EF_LOONGARCH_ABI_MODIFIER_MASK
constexpr ElfFlags sparc_v8plus{0x100, 0x100};              // EF_SPARC_32PLUS

// "max" emulates pointer authentication with a cryptographic hash that makes code built with
// -mbranch-protection up to 60 times slower; pauth-impdef=on replaces the hash by a cheap one.
constexpr std::string_view fast_max = "max,pauth-impdef=on";

// Names: dpkg's cputable and tupletable, linux's UTS_MACHINE as qemu has it (linux-user/*/target_syscall.h),
// qemu's configs/targets, Gentoo's profiles, `go tool dist list`. big-endian Arm code is be8 or be32:
// qemu-armeb runs both.
constexpr std::array table{
    ArchInfo{Arch::amd64, "amd64", "x86_64", "x86_64", "x86_64-pc-linux-gnu", "amd64", "", "", x86_64, bits64,
             little, any, any, native},
    ArchInfo{Arch::i386, "i386", "i686", "i386", "i686-pc-linux-gnu", "386", "", "", i386, bits32, little,
             any, any, native},
    ArchInfo{Arch::arm64, "arm64", "aarch64", "aarch64", "aarch64-unknown-linux-gnu", "arm64", "", fast_max,
             aarch64, bits64, little, any, any, emulated},
    ArchInfo{Arch::armhf, "armhf", "armv7l", "arm", "armv7a-unknown-linux-gnueabihf", "arm", "GOARM=7", "",
             arm, bits32, little, arm_hard, any, emulated},
    ArchInfo{Arch::armel, "armel", "armv7l", "arm", "armv5tel-softfloat-linux-gnueabi", "arm", "GOARM=5", "",
             arm, bits32, little, arm_soft, any, emulated},
    ArchInfo{Arch::riscv64, "riscv64", "riscv64", "riscv64", "riscv64-unknown-linux-gnu", "riscv64", "", "",
             riscv, bits64, little, riscv_double, any, emulated},
    ArchInfo{Arch::ppc64el, "ppc64el", "ppc64le", "ppc64le", "powerpc64le-unknown-linux-gnu", "ppc64le", "",
             "", ppc64, bits64, little, ppc_elfv2, any, emulated},
    ArchInfo{Arch::s390x, "s390x", "s390x", "s390x", "s390x-ibm-linux-gnu", "s390x", "", "", s390, bits64,
             big, any, any, emulated},
    ArchInfo{Arch::mips64el, "mips64el", "mips64", "mips64el", "mips64el-unknown-linux-gnu", "mips64le",
             "GOMIPS64=hardfloat", "", mips, bits64, little, any, any, emulated},
    ArchInfo{Arch::mipsel, "mipsel", "mips", "mipsel", "mipsel-unknown-linux-gnu", "mipsle",
             "GOMIPS=hardfloat", "", mips, bits32, little, mips_o32, mips_o32, emulated},
    ArchInfo{Arch::aarch64_be, "aarch64_be", "aarch64_be", "aarch64_be", "aarch64_be-unknown-linux-gnu", "",
             "", fast_max, aarch64, bits64, big, any, any, emulated},
    ArchInfo{Arch::armeb, "armeb", "armv7b", "armeb", "armeb-unknown-linux-gnueabi", "", "", "", arm, bits32,
             big, any, any, emulated},
    ArchInfo{Arch::riscv32, "riscv32", "riscv32", "riscv32", "riscv32-unknown-linux-gnu", "", "", "", riscv,
             bits32, little, riscv_double, any, emulated},
    ArchInfo{Arch::powerpc, "powerpc", "ppc", "ppc", "powerpc-unknown-linux-gnu", "", "", "", powerpc, bits32,
             big, any, any, emulated},
    ArchInfo{Arch::ppc64, "ppc64", "ppc64", "ppc64", "powerpc64-unknown-linux-gnu", "ppc64", "", "", ppc64,
             bits64, big, any, any, emulated},
    ArchInfo{Arch::mips, "mips", "mips", "mips", "mips-unknown-linux-gnu", "mips", "GOMIPS=hardfloat", "",
             mips, bits32, big, mips_o32, mips_o32, emulated},
    ArchInfo{Arch::mips64, "mips64", "mips64", "mips64", "mips64-unknown-linux-gnu", "mips64",
             "GOMIPS64=hardfloat", "", mips, bits64, big, any, any, emulated},
    ArchInfo{Arch::mipsn32, "mipsn32", "mips64", "mipsn32", "mips64-unknown-linux-gnuabin32", "", "", "",
             mips, bits32, big, mips_n32, mips_n32, emulated},
    ArchInfo{Arch::mipsn32el, "mipsn32el", "mips64", "mipsn32el", "mips64el-unknown-linux-gnuabin32", "", "",
             "", mips, bits32, little, mips_n32, mips_n32, emulated},
    ArchInfo{Arch::sparc, "sparc", "sparc", "sparc", "sparc-unknown-linux-gnu", "", "", "", sparc, bits32,
             big, any, any, emulated},
    ArchInfo{Arch::sparc32plus, "sparc32plus", "sparc", "sparc32plus", "sparcv9-unknown-linux-gnu", "", "",
             "", sparc32plus, bits32, big, sparc_v8plus, any, emulated},
    ArchInfo{Arch::sparc64, "sparc64", "sparc64", "sparc64", "sparc64-unknown-linux-gnu", "", "", "", sparcv9,
             bits64, big, any, any, emulated},
    ArchInfo{Arch::alpha, "alpha", "alpha", "alpha", "alpha-unknown-linux-gnu", "", "", "", alpha, bits64,
             little, any, any, emulated},
    ArchInfo{Arch::hppa, "hppa", "parisc", "hppa", "hppa2.0-unknown-linux-gnu", "", "", "", parisc, bits32,
             big, any, any, emulated},
    ArchInfo{Arch::m68k, "m68k", "m68k", "m68k", "m68k-unknown-linux-gnu", "", "", "", m68k, bits32, big, any,
             any, emulated},
    ArchInfo{Arch::sh4, "sh4", "sh4", "sh4", "sh4-unknown-linux-gnu", "", "", "", sh, bits32, little, any,
             any, emulated},
    ArchInfo{Arch::sh4eb, "sh4eb", "sh4", "sh4eb", "sh4eb-unknown-linux-gnu", "", "", "", sh, bits32, big,
             any, any, emulated},
    ArchInfo{Arch::loong64, "loong64", "loongarch64", "loongarch64", "loongarch64-unknown-linux-gnu",
             "loong64", "", "", loongarch, bits64, little, loongarch_double, any, emulated},
};

} // namespace

std::span<const ArchInfo> arch_table() { return table; }

} // namespace frank::plan

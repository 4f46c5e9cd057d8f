// The one table of architectures: how each is called, by whom, and what its ELF header says. All that
// qemu-user emulates and that Debian, Gentoo, Arch or Alpine ship or shipped a root file system for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace frank::plan {

/// On the wire to frank-launcher: never renumber.
enum class Arch : std::uint8_t {
    none = 0,
    amd64 = 1,
    i386 = 2,
    arm64 = 3,
    armhf = 4,
    armel = 5,
    riscv64 = 6,
    ppc64el = 7,
    s390x = 8,
    mips64el = 9,
    mipsel = 10,
    aarch64_be = 11,
    armeb = 12,
    riscv32 = 13,
    powerpc = 14,
    ppc64 = 15,
    mips = 16,
    mips64 = 17,
    mipsn32 = 18,
    mipsn32el = 19,
    sparc = 20,
    sparc32plus = 21,
    sparc64 = 22,
    alpha = 23,
    hppa = 24,
    m68k = 25,
    sh4 = 26,
    sh4eb = 27,
    loong64 = 28,
};

/// Some bits of e_flags, and what they are. No bits: whatever it says.
struct ElfFlags {
    std::uint32_t mask = 0;
    std::uint32_t value = 0;

    constexpr bool match(std::uint32_t flags) const { return (flags & mask) == value; }
    bool operator==(const ElfFlags &) const = default;
};

struct ArchInfo {
    Arch arch;
    std::string_view debian;      ///< dpkg's name, qemu's where dpkg has none: what frankend calls it
    std::string_view uname;       ///< uname -m
    std::string_view qemu;        ///< the NAME of qemu-NAME; armhf and armel share "arm"
    std::string_view gentoo;      ///< CHOST
    std::string_view go;          ///< GOARCH; empty: Go has no port
    std::string_view go_setting;  ///< what GOARCH leaves open: "GOARM=7"
    std::string_view default_cpu; ///< qemu's -cpu where the user names none; empty: qemu's own default
    std::uint16_t elf_machine;    ///< e_machine
    std::uint8_t elf_class;       ///< 1: 32 bit, 2: 64 bit
    std::uint8_t elf_data;        ///< 1: little endian, 2: big endian
    ElfFlags abi;                 ///< what its own toolchain writes
    ElfFlags emulator;            ///< what its emulator runs: the rest is another emulator's
    bool native;                  ///< an x86-64 kernel runs it by itself, the 32-bit one where it was made to

    /// i386 is where the kernel does not run 32-bit programs (CONFIG_IA32_EMULATION, ia32_emulation=).
    /// Nothing else that is native is ever registered.
    constexpr bool may_be_emulated() const { return !native || elf_class == 1; }
};

std::span<const ArchInfo> arch_table();
/// `arch` must not be Arch::none.
const ArchInfo &info(Arch arch);
std::optional<Arch> arch_by_debian_name(std::string_view name);
/// By anybody's name for it. Debian's goes first: "mips64" is its big-endian one, although the kernel calls
/// both so. Several: the name does not tell them apart, as "arm".
std::vector<Arch> arches_by_name(std::string_view name);
/// A value from outside (a wire, a file) that may be no Arch at all.
bool is_known(Arch arch);

} // namespace frank::plan

#include "daemon/plan/probe_elf.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace frank::plan {

namespace {

struct Program {
    Arch arch;
    std::uint32_t flags; ///< e_flags
    std::string_view code;
};

using namespace std::string_view_literals;

/// exit(42) in each architecture's own words. Numbers of exit are the kernel's
/// (arch/*/include/uapi/asm/unistd.h, syscall.tbl); e_flags are what its emulator or kernel looks at: EABI 5
/// with its float ABI or be8, ELFv2 (no function descriptor is needed for it), MIPS' ISA and ABI.
constexpr std::array programs{
    // mov $42,%edi; mov $60,%eax; syscall
    Program{Arch::amd64, 0, "\xbf\x2a\x00\x00\x00\xb8\x3c\x00\x00\x00\x0f\x05"sv},
    // mov $42,%ebx; mov $1,%eax; int $0x80
    Program{Arch::i386, 0, "\xbb\x2a\x00\x00\x00\xb8\x01\x00\x00\x00\xcd\x80"sv},
    // mov x0,#42; mov x8,#93; svc #0: code is little-endian on either
    Program{Arch::arm64, 0, "\x40\x05\x80\xd2\xa8\x0b\x80\xd2\x01\x00\x00\xd4"sv},
    Program{Arch::aarch64_be, 0, "\x40\x05\x80\xd2\xa8\x0b\x80\xd2\x01\x00\x00\xd4"sv},
    // mov r0,#42; mov r7,#1; svc #0: with be8 code is little-endian
    Program{Arch::armhf, 0x05000400, "\x2a\x00\xa0\xe3\x01\x70\xa0\xe3\x00\x00\x00\xef"sv},
    Program{Arch::armel, 0x05000200, "\x2a\x00\xa0\xe3\x01\x70\xa0\xe3\x00\x00\x00\xef"sv},
    Program{Arch::armeb, 0x05800200, "\x2a\x00\xa0\xe3\x01\x70\xa0\xe3\x00\x00\x00\xef"sv},
    // li a0,42; li a7,93; ecall
    Program{Arch::riscv64, 4, "\x13\x05\xa0\x02\x93\x08\xd0\x05\x73\x00\x00\x00"sv},
    Program{Arch::riscv32, 4, "\x13\x05\xa0\x02\x93\x08\xd0\x05\x73\x00\x00\x00"sv},
    // li r3,42; li r0,1; sc
    Program{Arch::ppc64el, 2, "\x2a\x00\x60\x38\x01\x00\x00\x38\x02\x00\x00\x44"sv},
    Program{Arch::ppc64, 2, "\x38\x60\x00\x2a\x38\x00\x00\x01\x44\x00\x00\x02"sv},
    Program{Arch::powerpc, 0, "\x38\x60\x00\x2a\x38\x00\x00\x01\x44\x00\x00\x02"sv},
    // lghi %r2,42; svc 1
    Program{Arch::s390x, 0, "\xa7\x29\x00\x2a\x0a\x01"sv},
    // li a0,42; li v0,5058 (n64), 4001 (o32), 6058 (n32); syscall
    Program{Arch::mips64el, 0x80000007, "\x2a\x00\x04\x24\xc2\x13\x02\x24\x0c\x00\x00\x00"sv},
    Program{Arch::mips64, 0x80000007, "\x24\x04\x00\x2a\x24\x02\x13\xc2\x00\x00\x00\x0c"sv},
    Program{Arch::mipsel, 0x70001005, "\x2a\x00\x04\x24\xa1\x0f\x02\x24\x0c\x00\x00\x00"sv},
    Program{Arch::mips, 0x70001005, "\x24\x04\x00\x2a\x24\x02\x0f\xa1\x00\x00\x00\x0c"sv},
    Program{Arch::mipsn32el, 0x80000027, "\x2a\x00\x04\x24\xaa\x17\x02\x24\x0c\x00\x00\x00"sv},
    Program{Arch::mipsn32, 0x80000027, "\x24\x04\x00\x2a\x24\x02\x17\xaa\x00\x00\x00\x0c"sv},
    // mov 42,%o0; mov 1,%g1; ta 0x10 (32 bit), 0x6d (64 bit)
    Program{Arch::sparc, 0, "\x90\x10\x20\x2a\x82\x10\x20\x01\x91\xd0\x20\x10"sv},
    Program{Arch::sparc32plus, 0x100, "\x90\x10\x20\x2a\x82\x10\x20\x01\x91\xd0\x20\x10"sv},
    Program{Arch::sparc64, 0, "\x90\x10\x20\x2a\x82\x10\x20\x01\x91\xd0\x20\x6d"sv},
    // lda a0,42; lda v0,1; callsys
    Program{Arch::alpha, 0, "\x2a\x00\x1f\x22\x01\x00\x1f\x20\x83\x00\x00\x00"sv},
    // ldi 42,%r26; ble 0x100(%sr2,%r0); ldi 1,%r20 (in the delay slot)
    Program{Arch::hppa, 0x210, "\x34\x1a\x00\x54\xe4\x00\x82\x00\x34\x14\x00\x02"sv},
    // moveq #42,%d1; moveq #1,%d0; trap #0
    Program{Arch::m68k, 0, "\x72\x2a\x70\x01\x4e\x40"sv},
    // mov #42,r4; mov #1,r3; trapa #0x11
    Program{Arch::sh4, 9, "\x2a\xe4\x01\xe3\x11\xc3"sv},
    Program{Arch::sh4eb, 9, "\xe4\x2a\xe3\x01\xc3\x11"sv},
    // ori a0,zero,42; ori a7,zero,93; syscall 0
    Program{Arch::loong64, 0x43, "\x04\xa8\x80\x03\x0b\x74\x81\x03\x00\x00\x2b\x00"sv},
};

const Program &program_of(Arch arch) {
    const auto found = std::ranges::find(programs, arch, &Program::arch);
    if (found == programs.end())
        throw std::logic_error("an architecture without a probe");
    return *found;
}

/// Writes numbers in the byte order and word size of one architecture.
class Writer {
  public:
    explicit Writer(const ArchInfo &info) : big_(info.elf_data == 2), wide_(info.elf_class == 2) {}

    void number(std::uint64_t value, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i) {
            const unsigned shift = 8 * (big_ ? bytes - 1 - i : i);
            bytes_.push_back(static_cast<std::byte>(value >> shift & 0xff));
        }
    }
    void word(std::uint64_t value) { number(value, wide_ ? 8 : 4); } ///< Elf_Addr, Elf_Off
    void text(std::string_view text) {
        for (const char c : text)
            bytes_.push_back(static_cast<std::byte>(c));
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    bool big_;
    bool wide_;
    std::vector<std::byte> bytes_;
};

constexpr std::uint64_t load_address = 0x400000;

void write_segment(Writer &out, bool wide, std::uint64_t size) {
    out.number(1, 4); // PT_LOAD
    if (wide)
        out.number(5, 4); // PF_R | PF_X
    out.word(0);
    out.word(load_address);
    out.word(load_address);
    out.word(size);
    out.word(size);
    if (!wide)
        out.number(5, 4);
    out.word(0x10000); // the largest page size any of them has
}

} // namespace

std::vector<std::byte> build_probe(Arch arch) {
    const ArchInfo &about = info(arch);
    const bool wide = about.elf_class == 2;
    const unsigned header = wide ? 64 : 52;
    const unsigned segment = wide ? 56 : 32;
    const Program &program = program_of(arch);
    Writer out(about);
    out.text("\x7f"
             "ELF");
    out.number(about.elf_class, 1);
    out.number(about.elf_data, 1);
    out.number(1, 1); // EV_CURRENT
    for (int i = 0; i < 9; ++i)
        out.number(0, 1);
    out.number(2, 2); // ET_EXEC
    out.number(about.elf_machine, 2);
    out.number(1, 4);
    out.word(load_address + header + segment);
    out.word(header);
    out.word(0);
    out.number(program.flags, 4);
    out.number(header, 2);
    out.number(segment, 2);
    out.number(1, 2);
    out.number(0, 2);
    out.number(0, 2);
    out.number(0, 2);
    write_segment(out, wide, header + segment + program.code.size());
    out.text(program.code);
    return out.take();
}

} // namespace frank::plan

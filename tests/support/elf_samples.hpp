// For tests: foreign programs made of a few bytes, so that no cross compiler is needed. (plan/probe_elf.hpp
// has one that only exits, for every architecture.)
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <elf.h>
#include <vector>

namespace frank::test {

/// A static arm64 program that writes its arguments to standard output, each with its NUL, and exits with
/// their number. Its environment must not be empty: where that starts the arguments end.
inline std::vector<std::byte> arm64_argument_printer() {
    constexpr std::array<unsigned, 12> code{
        0xf94003e9, // ldr x9, [sp]            argc
        0xf94007e1, // ldr x1, [sp, #8]        argv[0]
        0x910043ea, // add x10, sp, #16
        0x8b090d4a, // add x10, x10, x9, lsl #3
        0xf9400142, // ldr x2, [x10]           envp[0]
        0xcb010042, // sub x2, x2, x1
        0xd2800020, // mov x0, #1
        0xd2800808, // mov x8, #64             write
        0xd4000001, // svc #0
        0xaa0903e0, // mov x0, x9
        0xd2800ba8, // mov x8, #93             exit
        0xd4000001, // svc #0
    };
    constexpr Elf64_Addr base = 0x400000;
    constexpr std::size_t start = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_AARCH64;
    header.e_version = EV_CURRENT;
    header.e_entry = base + start;
    header.e_phoff = sizeof header;
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = base;
    segment.p_paddr = base;
    segment.p_filesz = start + sizeof code;
    segment.p_memsz = segment.p_filesz;
    segment.p_align = 0x1000;
    std::vector<std::byte> bytes(start + sizeof code);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, &segment, sizeof segment);
    std::memcpy(bytes.data() + start, code.data(), sizeof code);
    return bytes;
}

} // namespace frank::test

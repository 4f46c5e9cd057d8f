// For tests: ELF headers as real toolchains write them, those of libc.so.6 (ET_DYN) in Debian 12's
// libc6-*-cross packages; for what Debian has no such package, the probe programs, which run under their
// emulators.
#pragma once

#include "daemon/plan/probe_elf.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace frank::test {

struct RealHeader {
    plan::Arch arch;
    std::string_view hex;
};

// clang-format off
inline constexpr std::array real_headers{
    RealHeader{plan::Arch::arm64, "7f454c460201010300000000000000000300b700010000007079020000000000"
        "4000000000000000502319000000000000000000400038000a0040003f003e00"},
    RealHeader{plan::Arch::armel, "7f454c46010101000000000000000000030028000100000050e6010034000000"
        "5879170000020005340020000a0028003d003c00"},
    RealHeader{plan::Arch::armhf, "7f454c46010101030000000000000000030028000100000069e4010034000000"
        "84c9100000040005340020000a0028003e003d00"},
    RealHeader{plan::Arch::hppa, "7f454c460102010300000000000000000003000f000000010002f49400000034"
        "001c38280000021000340020000a00280040003f"},
    RealHeader{plan::Arch::m68k, "7f454c4601020100000000000000000000030004000000010002d3a000000034"
        "001764a00000000000340020000a0028003b003a"},
    RealHeader{plan::Arch::mips, "7f454c46010201000000000000000000000300080000000100020c2400000034"
        "001dfae47000100700340020000d0028003e003d"},
    RealHeader{plan::Arch::mips64, "7f454c460202010000000000000000000003000800000001000000000004b288"
        "000000000000004000000000002108788000000700400038000c0040003f003e"},
    RealHeader{plan::Arch::mips64el, "7f454c46020101000000000000000000030008000100000098b2040000000000"
        "4000000000000000780821000000000007000080400038000c0040003f003e00"},
    RealHeader{plan::Arch::mipsel, "7f454c460101010000000000000000000300080001000000340c020034000000"
        "e8fa1e0007100070340020000d0028003e003d00"},
    RealHeader{plan::Arch::mipsn32, "7f454c46010201000000000000000000000300080000000100020c4800000034"
        "001efda48000002700340020000d0028003f003e"},
    RealHeader{plan::Arch::mipsn32el, "7f454c460101010000000000000000000300080001000000480c020034000000"
        "a4fd1e0027000080340020000d0028003f003e00"},
    RealHeader{plan::Arch::powerpc, "7f454c4601020100000000000000000000030014000000010002a56000000034"
        "002219a40000000000340020000a0028003e003d"},
    RealHeader{plan::Arch::ppc64, "7f454c460202010300000000000000000003001500000001000000000021a8d8"
        "00000000000000400000000000232690000000010040003800090040003d003c"},
    RealHeader{plan::Arch::ppc64el, "7f454c460201010300000000000000000300150001000000204c020000000000"
        "4000000000000000702424000000000002000000400038000a0040003c003b00"},
    RealHeader{plan::Arch::riscv64, "7f454c460201010300000000000000000300f30001000000686c020000000000"
        "4000000000000000a87412000000000005000000400038000b0040003f003e00"},
    RealHeader{plan::Arch::s390x, "7f454c460202010300000000000000000003001600000001000000000002b788"
        "000000000000004000000000001ba4c00000000000400038000a0040003b003a"},
    RealHeader{plan::Arch::sh4, "7f454c4601010100000000000000000003002a00010000001441020034000000"
        "bc19170009000000340020000b0028003e003d00"},
    RealHeader{plan::Arch::sparc32plus, "7f454c46010201030000000000000000000300120000000100027da000000034"
        "001c1f2c0000030000340020000a0028003c003b"},
    RealHeader{plan::Arch::sparc64, "7f454c460202010300000000000000000003002b00000001000000000002f2f0"
        "00000000000000400000000000202f700000020200400038000a0040003c003b"},
    RealHeader{plan::Arch::alpha, "7f454c460201010000000000000000000300269001000000d0d2020000000000"
        "4000000000000000682820000000000000000000400038000a0040003c003b00"},
};
// clang-format on

/// As long as a program's header can be; what a shorter one leaves is zero.
using Header = std::array<std::uint8_t, 64>;

inline Header header_of(const RealHeader &real) {
    constexpr std::string_view digits = "0123456789abcdef";
    Header header{};
    for (std::size_t i = 0; 2 * i < real.hex.size(); ++i)
        header[i] =
            static_cast<std::uint8_t>(digits.find(real.hex[2 * i]) << 4 | digits.find(real.hex[2 * i + 1]));
    return header;
}

struct Sample {
    plan::Arch arch;
    Header header;
};

/// Two of each architecture where there can be: a shared object of Debian's, and a static program.
inline std::vector<Sample> header_samples() {
    std::vector<Sample> samples;
    for (const RealHeader &real : real_headers)
        samples.push_back({real.arch, header_of(real)});
    for (const plan::ArchInfo &entry : plan::arch_table()) {
        Sample probe{entry.arch, {}};
        const auto bytes = plan::build_probe(entry.arch);
        for (std::size_t i = 0; i < probe.header.size() && i < bytes.size(); ++i)
            probe.header[i] = static_cast<std::uint8_t>(bytes[i]);
        samples.push_back(probe);
    }
    return samples;
}

} // namespace frank::test

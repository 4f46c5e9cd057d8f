#include "daemon/plan/binfmt.hpp"

#include "daemon/plan/elf.hpp"

#include <stdexcept>
#include <utility>

namespace frank::plan {

namespace {

constexpr std::size_t max_interpreter = 127; // the kernel's own limit

constexpr std::size_t ident_bytes = 16; // e_ident

/// Numbers in the file's own byte order, each with its mask.
class MatchWriter {
  public:
    explicit MatchWriter(bool big_endian) : big_(big_endian) {}
    void number(std::uint32_t value, std::uint32_t mask, unsigned bytes) {
        for (unsigned i = 0; i < bytes; ++i) {
            const unsigned shift = 8 * (big_ ? bytes - 1 - i : i);
            match_.magic.push_back(static_cast<std::uint8_t>(value >> shift));
            match_.mask.push_back(static_cast<std::uint8_t>(mask >> shift));
        }
    }
    void skip_to(std::size_t offset) {
        match_.magic.resize(offset);
        match_.mask.resize(offset);
    }
    BinfmtMatch take() { return std::move(match_); }

  private:
    bool big_;
    BinfmtMatch match_{};
};

std::string escaped(const std::vector<std::uint8_t> &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "\\x";
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

} // namespace

/// The kernel's own loader ignores what e_ident holds after EI_VERSION, and so do we: programs that use GNU's
/// ifuncs are marked there, MIPS ones by their ABI's version, and AppImages by letters of their own.
BinfmtMatch match_of(Arch arch) {
    const ArchInfo &about = info(arch);
    MatchWriter out(about.elf_data == 2);
    for (const std::uint8_t byte : {std::uint8_t{0x7f}, std::uint8_t{'E'}, std::uint8_t{'L'},
                                    std::uint8_t{'F'}, about.elf_class, about.elf_data, std::uint8_t{1}})
        out.number(byte, 0xff, 1);
    out.skip_to(ident_bytes);
    out.number(2, 0xfffe, 2); // e_type: ET_EXEC is 2, ET_DYN 3
    out.number(about.elf_machine, 0xffff, 2);
    if (about.emulator.mask != 0) {
        out.skip_to(about.elf_class == 2 ? elf_flags_offset_64 : elf_flags_offset_32);
        out.number(about.emulator.value, about.emulator.mask, 4);
    }
    return out.take();
}

std::string entry_name(Arch arch) { return "frank-" + std::string(info(arch).qemu); }

std::string registration_line(Arch arch, std::string_view interpreter, std::string_view flags) {
    if (interpreter.empty() || interpreter.size() > max_interpreter ||
        interpreter.find_first_of(":\n") != std::string_view::npos)
        throw std::logic_error("interpreter that binfmt_misc cannot take");
    if (!info(arch).may_be_emulated())
        throw std::logic_error("this machine's own architecture is never registered");
    const BinfmtMatch match = match_of(arch);
    std::string line =
        ":" + entry_name(arch) + ":M::" + escaped(match.magic) + ":" + escaped(match.mask) + ":";
    line += interpreter;
    line += ':';
    line += flags;
    return line;
}

} // namespace frank::plan

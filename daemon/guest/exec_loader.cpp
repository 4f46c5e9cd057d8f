#include "daemon/guest/exec_loader.hpp"

#include "daemon/guest/exec_dispatch.hpp"

#include <cerrno>
#include <cstring>
#include <elf.h>
#include <unistd.h>

namespace frank::guest {

namespace {

constexpr std::size_t longest_loader = 256;

/// Numbers of a foreign file, in its own byte order.
class Numbers {
  public:
    Numbers(const unsigned char *bytes, std::uint8_t data) : bytes_(bytes), little_(data == ELFDATA2LSB) {}
    std::uint64_t at(std::size_t offset, unsigned width) const {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < width; ++i)
            value = value << 8 | bytes_[offset + (little_ ? width - 1 - i : i)];
        return value;
    }

  private:
    const unsigned char *bytes_;
    bool little_;
};

/// Where the fields lie in the header of a file and of a segment (ELF gABI).
struct Layout {
    std::size_t phoff, phentsize, phnum, p_offset, p_filesz, segment;
    unsigned word;
};
constexpr Layout layout32{28, 42, 44, 4, 16, 32, 4};
constexpr Layout layout64{32, 54, 56, 8, 32, 56, 8};

/// The program headers follow the file's own, and the loader's name follows them, in what any linker writes:
/// nothing else is looked at, and false is no refusal.
bool read_loader(int fd, const ElfKind &kind, char (&path)[longest_loader]) {
    unsigned char head[1024];
    const ssize_t got = ::pread(fd, head, sizeof head, 0);
    if (got < static_cast<ssize_t>(sizeof(Elf64_Ehdr)))
        return false;
    const auto size = static_cast<std::size_t>(got);
    const Numbers numbers(head, kind.data);
    const Layout &layout = kind.elf_class == ELFCLASS64 ? layout64 : layout32;
    const std::uint64_t start = numbers.at(layout.phoff, layout.word);
    const std::uint64_t count = numbers.at(layout.phnum, 2);
    if (numbers.at(layout.phentsize, 2) != layout.segment || start > size ||
        count > (size - start) / layout.segment)
        return false;
    for (std::uint64_t at = start; at < start + count * layout.segment; at += layout.segment) {
        if (numbers.at(at, 4) != PT_INTERP)
            continue;
        const std::uint64_t offset = numbers.at(at + layout.p_offset, layout.word);
        const std::uint64_t length = numbers.at(at + layout.p_filesz, layout.word);
        if (length < 2 || length > longest_loader ||
            ::pread(fd, path, length, static_cast<off_t>(offset)) != static_cast<ssize_t>(length))
            return false;
        path[length - 1] = '\0';
        return path[0] == '/';
    }
    return false;
}

/// A loader of Debian's by a part of its path, and by the machine, class and byte order of who needs it where
/// several share a name (0: any).
struct Loader {
    const char *part;
    std::uint16_t machine;
    std::uint8_t elf_class, data;
    const char *package;
};
// As glibc names them (sysdeps/*/shlib-versions) and dpkg the architectures. Alpha's e_machine is none of the
// gABI's.
constexpr Loader loaders[] = {
    {"/ld-musl-", 0, 0, 0, "musl"},
    {"/ld-linux-aarch64.so.", 0, 0, 0, "libc6:arm64"},
    {"/ld-linux-armhf.so.", 0, 0, 0, "libc6:armhf"},
    {"/ld-linux.so.3", EM_ARM, 0, ELFDATA2LSB, "libc6:armel"},
    {"/ld-linux-riscv64-lp64d.so.", 0, 0, 0, "libc6:riscv64"},
    {"/ld-linux-loongarch-lp64d.so.", 0, 0, 0, "libc6:loong64"},
    {"/ld64.so.2", EM_PPC64, 0, ELFDATA2LSB, "libc6:ppc64el"},
    {"/ld64.so.1", EM_PPC64, 0, ELFDATA2MSB, "libc6:ppc64"},
    {"/ld64.so.1", EM_S390, 0, 0, "libc6:s390x"},
    {"/ld-linux.so.2", EM_386, 0, 0, "libc6:i386"},
    {"/ld-linux-x86-64.so.", 0, 0, 0, "libc6:amd64"},
    {"/ld-linux.so.2", 0x9026, 0, 0, "libc6.1:alpha"},
    {"/ld-linux.so.2", EM_SH, 0, ELFDATA2LSB, "libc6:sh4"},
    {"/ld-linux.so.2", EM_SPARCV9, 0, 0, "libc6:sparc64"},
    {"/ld-linux.so.2", EM_SPARC, 0, 0, "libc6:sparc"},
    {"/ld-linux.so.2", EM_SPARC32PLUS, 0, 0, "libc6:sparc"},
    {"/lib32/ld.so.1", EM_MIPS, 0, ELFDATA2LSB, "libc6:mipsn32el"},
    {"/lib32/ld.so.1", EM_MIPS, 0, ELFDATA2MSB, "libc6:mipsn32"},
    {"/ld.so.1", EM_MIPS, ELFCLASS64, ELFDATA2LSB, "libc6:mips64el"},
    {"/ld.so.1", EM_MIPS, ELFCLASS64, ELFDATA2MSB, "libc6:mips64"},
    {"/ld.so.1", EM_MIPS, ELFCLASS32, ELFDATA2LSB, "libc6:mipsel"},
    {"/ld.so.1", EM_MIPS, ELFCLASS32, ELFDATA2MSB, "libc6:mips"},
    {"/ld.so.1", EM_PPC, 0, 0, "libc6:powerpc"},
    {"/ld.so.1", EM_68K, 0, 0, "libc6:m68k"},
    {"/ld.so.1", EM_PARISC, 0, 0, "libc6:hppa"},
};

const char *package_of(const char *loader, const ElfKind &kind) {
    for (const Loader &known : loaders)
        if (std::strstr(loader, known.part) != nullptr &&
            (known.machine == 0 || known.machine == kind.machine) &&
            (known.elf_class == 0 || known.elf_class == kind.elf_class) &&
            (known.data == 0 || known.data == kind.data))
            return known.package;
    return "the C library of its architecture";
}

/// qemu looks for loaders below such a directory first (its configure's --interp-prefix; Debian's and its
/// own).
bool qemu_looks_elsewhere(char *const *environment) {
    for (; *environment != nullptr; ++environment)
        if (std::strncmp(*environment, "QEMU_LD_PREFIX=", 15) == 0)
            return true;
    return ::access("/etc/qemu-binfmt", F_OK) == 0 || ::access("/usr/gnemul", F_OK) == 0;
}

/// Adds what fits.
void append(char (&line)[longest_loader + 128], const char *text) {
    std::size_t at = ::strnlen(line, sizeof line);
    for (; *text != '\0' && at + 1 < sizeof line; ++text)
        line[at++] = *text;
    line[at] = '\0';
}

} // namespace

bool loader_is_there(int fd, const ElfKind &kind, const char *file, char *const *environment) {
    char loader[longest_loader];
    if (!read_loader(fd, kind, loader) || ::access(loader, F_OK) == 0 || errno != ENOENT ||
        qemu_looks_elsewhere(environment))
        return true;
    char text[longest_loader + 128] = "needs the loader ";
    append(text, loader);
    append(text, ", which this root lacks: install ");
    append(text, package_of(loader, kind));
    complain(file, text, 0);
    return false;
}

} // namespace frank::guest

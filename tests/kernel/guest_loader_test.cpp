// What frank-exec says of a program whose loader is not there, for each architecture, as the kernel runs it.
#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/probe_elf.hpp"
#include "tests/support/guest_init.hpp"

#include <elf.h>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <map>
#include <sys/stat.h>

namespace frank::test {
namespace {

using namespace std::string_literals;
using plan::Arch;
using Bytes = std::vector<std::byte>;

struct Wanted {
    Arch arch;
    std::string loader; ///< PT_INTERP
    std::string package;
};

/// As `readelf -l /bin/true` shows it in Debian's releases and ports of each; but for alpha and sh4, whose
/// loader is called as that of i386, which this machine may have.
const std::vector<Wanted> debian{
    {Arch::arm64, "/lib/ld-linux-aarch64.so.1", "libc6:arm64"},
    {Arch::armhf, "/lib/ld-linux-armhf.so.3", "libc6:armhf"},
    {Arch::armel, "/lib/ld-linux.so.3", "libc6:armel"},
    {Arch::riscv64, "/lib/ld-linux-riscv64-lp64d.so.1", "libc6:riscv64"},
    {Arch::ppc64el, "/lib64/ld64.so.2", "libc6:ppc64el"},
    {Arch::ppc64, "/lib64/ld64.so.1", "libc6:ppc64"},
    {Arch::s390x, "/lib/ld64.so.1", "libc6:s390x"},
    {Arch::mips64el, "/lib64/ld.so.1", "libc6:mips64el"},
    {Arch::mipsel, "/lib/ld.so.1", "libc6:mipsel"},
    {Arch::mips, "/lib/ld.so.1", "libc6:mips"},
    {Arch::powerpc, "/lib/ld.so.1", "libc6:powerpc"},
    {Arch::m68k, "/lib/ld.so.1", "libc6:m68k"},
    {Arch::hppa, "/lib/ld.so.1", "libc6:hppa"},
    {Arch::alpha, "/nowhere/ld-linux.so.2", "libc6.1:alpha"},
    {Arch::sh4, "/nowhere/ld-linux.so.2", "libc6:sh4"},
    {Arch::sparc64, "/lib64/ld-linux.so.2", "libc6:sparc64"},
    {Arch::loong64, "/lib64/ld-linux-loongarch-lp64d.so.1", "libc6:loong64"},
    {Arch::riscv32, "/lib/ld-linux-riscv32-ilp32d.so.1", "the C library of its architecture"},
    {Arch::arm64, "/lib/ld-musl-aarch64.so.1", "musl"},
};

void put_number(Bytes &bytes, std::size_t at, std::uint64_t value, std::size_t width, bool little) {
    for (std::size_t i = 0; i < width; ++i)
        bytes.at(at + (little ? i : width - 1 - i)) = static_cast<std::byte>(value >> 8 * i);
}

/// The probe program with one segment more in place of its own: a loader's name.
Bytes dynamic_program(Arch arch, const std::string &loader) {
    const plan::ArchInfo &about = plan::info(arch);
    const bool wide = about.elf_class == ELFCLASS64, little = about.elf_data == ELFDATA2LSB;
    const std::size_t word = wide ? 8 : 4, segment = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    Bytes bytes = plan::build_probe(arch);
    const std::size_t header = bytes.size(), name = header + segment;
    bytes.resize(name + loader.size() + 1);
    std::memcpy(bytes.data() + name, loader.c_str(), loader.size());
    put_number(bytes, header, PT_INTERP, 4, little);
    put_number(bytes, header + (wide ? offsetof(Elf64_Phdr, p_offset) : offsetof(Elf32_Phdr, p_offset)), name,
               word, little);
    put_number(bytes, header + (wide ? offsetof(Elf64_Phdr, p_filesz) : offsetof(Elf32_Phdr, p_filesz)),
               loader.size() + 1, word, little);
    put_number(bytes, wide ? offsetof(Elf64_Ehdr, e_phoff) : offsetof(Elf32_Ehdr, e_phoff), header, word,
               little);
    return bytes;
}

template <class Content> bool put(const std::string &path, const Content &content, mode_t mode) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(content.data()), static_cast<std::streamsize>(content.size()));
    file.close();
    return file && ::chmod(path.c_str(), mode) == 0;
}

/// What `script` says in a session that has every program above, without their loaders, and /bin/true for all
/// emulators.
std::pair<std::string, int> said_by(const std::string &script) {
    std::ifstream file(FRANK_EXEC, std::ios::binary);
    const std::string dispatcher((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto [read_end, write_end] = make_pipe();
    const int output = write_end.get();
    const int status = run_as_mapped_root(
        [&] {
            bool ready = ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
                         ::mount("run", "/run", "tmpfs", 0, "mode=0755") == 0 &&
                         ::mkdir("/run/frankend", 0755) == 0 &&
                         put("/run/frankend/frank-exec", dispatcher, 0755) &&
                         ::mount("binfmt", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, nullptr) == 0;
            std::vector<plan::EmulatorEntry> emulators;
            std::map<std::string, std::string> lines;
            for (const Wanted &wanted : debian) {
                emulators.push_back({wanted.arch, "/bin/true", {}});
                lines[plan::entry_name(wanted.arch)] =
                    plan::registration_line(wanted.arch, "/run/frankend/frank-exec", "PFC");
                const std::string name = "/run/" + std::string(plan::info(wanted.arch).debian) + "-" +
                                         wanted.loader.substr(wanted.loader.rfind('/') + 1);
                ready = ready && put(name, dynamic_program(wanted.arch, wanted.loader), 0755);
            }
            for (const auto &[name, line] : lines)
                ready = ready && put("/proc/sys/fs/binfmt_misc/register"s, line, 0200);
            if (!ready || !put("/run/frankend/exec-table"s, plan::build_exec_table(emulators, {}), 0644))
                return no_namespace;
            (void)::dup2(output, STDOUT_FILENO);
            (void)::dup2(output, STDERR_FILENO);
            (void)::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
            return no_namespace;
        },
        CLONE_NEWPID);
    write_end.reset();
    return {read_all(read_end.get()), status};
}

class MissingLoader : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
        if (said_by("test -e /proc/sys/fs/binfmt_misc/frank-aarch64").second != 0)
            GTEST_SKIP() << "this kernel has no binfmt table of a user namespace's own (Linux 6.7)";
    }
};

TEST_F(MissingLoader, IsNamedWithThePackageThatHasItForEveryArchitecture) {
    std::string script, expected;
    for (const Wanted &wanted : debian) {
        const std::string name = "/run/" + std::string(plan::info(wanted.arch).debian) + "-" +
                                 wanted.loader.substr(wanted.loader.rfind('/') + 1);
        script += name + "; echo $?;";
        expected += "frank-exec: " + name + ": needs the loader " + wanted.loader +
                    ", which this root lacks: install " + wanted.package + "\n127\n";
    }
    EXPECT_EQ(said_by(script).first, expected);
}

TEST_F(MissingLoader, IsLookedForWhereTheEmulatorWould) {
    EXPECT_EQ(said_by("QEMU_LD_PREFIX=/nowhere /run/arm64-ld-linux-aarch64.so.1; echo $?").first, "0\n");
    EXPECT_EQ(said_by("ln -s /bin/true /run/ld; /run/arm64-ld-linux-aarch64.so.1 2>/dev/null; echo $?").first,
              "127\n");
}

TEST_F(MissingLoader, OfAnotherFormIsNotLookedFor) {
    // Cut short, a name that is no path, and one that goes on behind the file's end: the emulator's business.
    EXPECT_EQ(said_by("for i in 90 121 130; do head -c $i /run/arm64-ld-linux-aarch64.so.1 >/run/cut; chmod "
                      "755 /run/cut;"
                      " /run/cut; echo $?; done; sed s,/lib/ld-linux,nowhere/abcd,"
                      " /run/arm64-ld-linux-aarch64.so.1 >/run/odd; chmod 755 /run/odd; /run/odd; echo $?")
                  .first,
              "0\n0\n0\n0\n");
}

} // namespace
} // namespace frank::test

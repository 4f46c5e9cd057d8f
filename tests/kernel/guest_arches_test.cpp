// Every architecture through the kernel: a binfmt table of a user namespace's own with the line of each,
// frank-exec behind it, and the probe programs.
#include "daemon/plan/arch_set.hpp"
#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/board.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "tests/support/binfmt_model.hpp"
#include "tests/support/guest_init.hpp"
#include "tests/support/real_headers.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <set>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>

namespace frank::test {
namespace {

using namespace std::string_literals;

constexpr const char *table = "/proc/sys/fs/binfmt_misc";
constexpr const char *dispatcher = "/run/frankend/frank-exec";

std::string emulator_of(const plan::ArchInfo &about) {
    return "/usr/bin/qemu-" + std::string(about.qemu) + "-static";
}

/// As a session of the generic board has them.
std::vector<std::string> options_of(const plan::ArchInfo &about) {
    std::string name = "generic-" + std::string(about.debian);
    std::ranges::replace(name, '_', '-');
    std::ifstream file(FRANK_BOARDS "/" + name + ".toml");
    std::stringstream text;
    text << file.rdbuf();
    const auto board = plan::parse_board(name, text.str(), name);
    EXPECT_TRUE(board) << board.error().message;
    if (!board || board->view(about.arch)->cpu.empty())
        return {};
    return {"-cpu", board->view(about.arch)->cpu};
}

template <class Bytes> bool put(const std::string &path, const Bytes &bytes, mode_t mode) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    return file && ::chmod(path.c_str(), mode) == 0;
}

/// The exit status of a program; 126 where the kernel has nothing that runs it, 128 + N where it died of a
/// signal.
int status_of(const char *path) {
    const pid_t child = ::fork();
    if (child == 0) {
        const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (::dup2(null, STDERR_FILENO) == STDERR_FILENO)
            (void)::execl(path, path, nullptr);
        ::_exit(126);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Not every x86-64 kernel runs 32-bit programs (CONFIG_IA32_EMULATION, ia32_emulation=).
bool this_kernel_runs(plan::Arch arch) {
    const auto probe = plan::build_probe(arch);
    const sys::Fd file(::memfd_create("probe", MFD_CLOEXEC));
    if (::write(file.get(), probe.data(), probe.size()) != static_cast<ssize_t>(probe.size()))
        return false;
    return status_of(("/proc/self/fd/" + std::to_string(file.get())).c_str()) == plan::probe_status;
}

/// The lines of all architectures, an emulator's once.
std::vector<std::string> lines(const char *interpreter) {
    std::vector<std::string> all;
    std::set<std::string> names;
    for (const plan::ArchInfo &about : plan::arch_table())
        if (!about.native && names.insert(plan::entry_name(about.arch)).second)
            all.push_back(plan::registration_line(about.arch, interpreter, "PFC"));
    return all;
}

class Arches : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
        if (inside([] { return 0; }) != 0)
            GTEST_SKIP() << "this kernel has no binfmt table of a user namespace's own (Linux 6.7)";
    }

    /// `body` in namespaces with /run, /proc and an empty table of their own.
    static int inside(const std::function<int()> &body) {
        return run_as_mapped_root(
            [&] {
                const bool ready =
                    ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
                    ::mount("run", "/run", "tmpfs", 0, "mode=0755") == 0 &&
                    ::mkdir("/run/frankend", 0755) == 0 &&
                    ::mount("binfmt", table, "binfmt_misc", 0, nullptr) == 0;
                return ready ? body() : no_namespace;
            },
            CLONE_NEWPID);
    }
    /// What `body` says, line by line.
    static std::vector<std::string> told(const std::function<void(std::ostream &)> &body) {
        auto [read_end, write_end] = make_pipe();
        const int status = inside([&, out = write_end.get()] {
            std::ostringstream text;
            body(text);
            return ::write(out, text.str().data(), text.str().size()) < 0 ? 1 : 0;
        });
        write_end.reset();
        EXPECT_EQ(status, 0);
        std::istringstream text(read_all(read_end.get()));
        std::vector<std::string> result;
        for (std::string line; std::getline(text, line);)
            result.push_back(line);
        return result;
    }
    static bool register_all(const char *interpreter) {
        for (const std::string &line : lines(interpreter))
            if (!put(table + "/register"s, line, 0200))
                return false;
        return true;
    }
};

TEST_F(Arches, TheKernelTakesEveryLineAndUnderstandsItAsMeant) {
    const auto hex = [](const std::vector<std::uint8_t> &bytes) {
        std::string text;
        for (const std::uint8_t byte : bytes)
            for (const int digit : {byte >> 4, byte & 15})
                text += "0123456789abcdef"[digit];
        return text;
    };
    std::vector<std::string> expected;
    std::set<std::string> names;
    for (const plan::ArchInfo &about : plan::arch_table())
        if (!about.native && names.insert(plan::entry_name(about.arch)).second) {
            const auto match = plan::match_of(about.arch);
            expected.push_back(plan::entry_name(about.arch) + " interpreter /bin/true");
            expected.push_back(plan::entry_name(about.arch) + " flags: POCF");
            expected.push_back(plan::entry_name(about.arch) + " magic " + hex(match.magic));
            expected.push_back(plan::entry_name(about.arch) + " mask " + hex(match.mask));
        }
    const auto seen = told([&](std::ostream &out) {
        if (!register_all("/bin/true"))
            out << "not registered: " << std::strerror(errno) << '\n';
        for (const std::string &name : names) {
            std::ifstream entry(table + "/"s + name);
            for (std::string line; std::getline(entry, line);)
                if (line != "enabled" && line != "offset 0")
                    out << name << ' ' << line << '\n';
        }
    });
    EXPECT_THAT(seen, testing::UnorderedElementsAreArray(expected));
}

TEST_F(Arches, EveryProbeRunsInItsEmulatorThroughTheDispatcher) {
    std::vector<plan::EmulatorEntry> emulators;
    std::vector<std::string> expected;
    for (const plan::ArchInfo &about : plan::arch_table()) {
        if (about.native) {
            expected.push_back(std::string(about.debian) + (this_kernel_runs(about.arch) ? " 42" : " 126"));
        } else if (::access(emulator_of(about).c_str(), X_OK) == 0) {
            emulators.push_back({about.arch, emulator_of(about), options_of(about)});
            expected.push_back(std::string(about.debian) + " 42");
        } else {
            std::printf("not tried: %s is not here\n", emulator_of(about).c_str());
            expected.push_back(std::string(about.debian) + " 127"); // frank-exec has none for it
        }
    }
    std::ifstream file(FRANK_EXEC, std::ios::binary);
    const std::string program((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto seen = told([&](std::ostream &out) {
        if (!put(dispatcher, program, 0755) || !register_all(dispatcher) ||
            !put("/run/frankend/exec-table", plan::build_exec_table(emulators, {}), 0644))
            out << "not prepared: " << std::strerror(errno) << '\n';
        for (const plan::ArchInfo &about : plan::arch_table()) {
            const std::string path = "/run/probe-" + std::string(about.debian);
            out << about.debian << ' '
                << (put(path, plan::build_probe(about.arch), 0755) ? status_of(path.c_str()) : -1) << '\n';
        }
    });
    EXPECT_EQ(seen, expected);
}

TEST_F(Arches, TheFlagsOfAFilePickItsEmulator) {
    // Stand-ins that tell by their status which of them was taken.
    const std::vector<plan::EmulatorEntry> emulators{{plan::Arch::mipsel, "/run/1", {}},
                                                     {plan::Arch::mipsn32el, "/run/2", {}},
                                                     {plan::Arch::armhf, "/run/3", {}},
                                                     {plan::Arch::armel, "/run/4", {}},
                                                     {plan::Arch::arm64, "/run/5", {}}};
    std::ifstream file(FRANK_EXEC, std::ios::binary);
    const std::string program((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto seen = told([&](std::ostream &out) {
        bool ready = put(dispatcher, program, 0755) && register_all(dispatcher) &&
                     put("/run/frankend/exec-table", plan::build_exec_table(emulators, {}), 0644);
        for (const char *number : {"1", "2", "3", "4", "5"})
            ready = ready && put("/run/"s + number, "#!/bin/sh\nexit "s + number + "\n", 0755);
        for (const plan::EmulatorEntry &entry : emulators) {
            ready = ready && put("/run/probe", plan::build_probe(entry.arch), 0755);
            out << (ready ? status_of("/run/probe") : -1) << '\n';
        }
        auto unmarked = plan::build_probe(plan::Arch::armhf); // as Go's are: no float ABI in e_flags
        unmarked.at(37) = std::byte{0};
        out << (put("/run/probe", unmarked, 0755) ? status_of("/run/probe") : -1) << '\n';
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"1", "2", "3", "4", "5", "4"}));
}

TEST_F(Arches, TheKernelMatchesAsTheModelOfItInTheUnitTests) {
    // Whatever is taken ends with 42; the model must know beforehand. Native ones are left out: they would
    // run.
    std::vector<KernelEntry> model;
    for (const std::string &line : lines("/run/taken"))
        model.push_back(kernel_entry(line).value());
    const auto seen = told([&](std::ostream &out) {
        if (!put("/run/taken", plan::build_probe(plan::Arch::amd64), 0755) || !register_all("/run/taken"))
            out << "not prepared: " << std::strerror(errno) << '\n';
        int taken = 0, left = 0;
        for (const Sample &sample : header_samples())
            for (const std::size_t byte :
                 std::initializer_list<std::size_t>{0, 4, 5, 6, 7, 8, 16, 17, 18, 19, 36, 39, 48, 51}) {
                Header header = sample.header;
                header[byte] ^= static_cast<std::uint8_t>(byte % 3 == 0 ? 0x20 : 1);
                const bool native = plan::info(sample.arch).native || header[18] == 3 || header[18] == 62;
                if (native || !put("/run/program", header, 0755))
                    continue;
                const bool takes =
                    std::ranges::any_of(model, [&](const KernelEntry &e) { return e.takes(header); });
                if (status_of("/run/program") != (takes ? plan::probe_status : 126))
                    out << plan::info(sample.arch).debian << ": byte " << byte << '\n';
                ++(takes ? taken : left);
            }
        out << (taken > 100 && left > 100) << '\n';
    });
    EXPECT_EQ(seen, std::vector<std::string>{"1"});
}

TEST(FrankInit, TellsWhatElseTheRootHoldsAndIsNotHeldUpByIt) {
    if (const std::string why = why_no_namespace(); !why.empty())
        GTEST_SKIP() << why;
    const auto armhf = std::ranges::find(real_headers, plan::Arch::armhf, &RealHeader::arch);
    GuestInit init({}, [&] {
        return ::mount("dpkg", "/var/lib/dpkg", "tmpfs", 0, "mode=0755") == 0 &&
               put("/var/lib/dpkg/arch", "amd64\ns390x\nnonsense\n"s, 0644) &&
               ::mount("lib64", "/lib64", "tmpfs", 0, "mode=0755") == 0 &&
               put("/lib64/ld-linux-armhf.so.3", header_of(*armhf), 0755) &&
               put("/lib64/ld-linux-text.so.3", "#!/bin/sh\n"s, 0755) &&
               ::mkfifo("/lib64/ld-musl-fifo.so.1", 0644) == 0 &&
               ::symlink("ld-linux-loop.so", "/lib64/ld-linux-loop.so") == 0;
    });
    InitClient client(init.connect());
    const auto hello = client.next();
    ASSERT_TRUE(hello);
    ASSERT_EQ(hello->header.type, plan::InitType::hello);
    auto needs = plan::ArchSet::from_bits(hello->header.job);
    for (const plan::Arch arch : {plan::Arch::amd64, plan::Arch::s390x, plan::Arch::armhf})
        EXPECT_TRUE(needs.contains(arch)) << plan::info(arch).debian;
    EXPECT_FALSE(needs.contains(plan::Arch::riscv64));
}

} // namespace
} // namespace frank::test

// For tests of frank-exec: a session of namespaces of the test's own, with a binfmt table, frank-exec behind
// it, and a native stand-in for the emulator that shows its arguments.
#pragma once

#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "tests/support/elf_samples.hpp"
#include "tests/support/guest_init.hpp"

#include <fstream>
#include <functional>
#include <iterator>
#include <sys/stat.h>

namespace frank::test {

using Bytes = std::vector<std::byte>;
using namespace std::string_literals;

inline Bytes bytes_of_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

inline bool put(const std::string &path, const Bytes &bytes, mode_t mode) {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    return file && ::chmod(path.c_str(), mode) == 0;
}

inline bool put(const std::string &path, const std::string &text, mode_t mode) {
    const auto bytes = std::as_bytes(std::span(text));
    return put(path, Bytes(bytes.begin(), bytes.end()), mode);
}

/// A native stand-in for the emulator that shows its arguments.
inline constexpr const char *emulator = "/run/emulator";
inline constexpr const char *program = "/run/show";

inline plan::EmulatorEntry arm64_by(const std::string &path, std::vector<std::string> options = {}) {
    return {plan::Arch::arm64, path, std::move(options)};
}

inline plan::RouteEntry route_to(const std::string &native) {
    struct stat file {};
    (void)::stat(program, &file);
    return {program,
            native,
            file.st_dev,
            file.st_ino,
            static_cast<std::uint64_t>(file.st_size),
            file.st_mtim.tv_sec,
            static_cast<std::uint32_t>(file.st_mtim.tv_nsec)};
}

class FrankExec : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
        if (in_session([] { return Bytes{}; }, "test -e /proc/sys/fs/binfmt_misc/frank-aarch64").second != 0)
            GTEST_SKIP() << "this kernel has no binfmt table of a user namespace's own (Linux 6.7)";
    }
    /// What `script` writes and its exit status, in a session with this exec table. The table is made inside,
    /// when the files are there.
    static std::pair<std::string, int> in_session(const std::function<Bytes()> &table,
                                                  const std::string &script) {
        auto [read_end, write_end] = make_pipe();
        const int output = write_end.get();
        const Bytes dispatcher = bytes_of_file(FRANK_EXEC);
        const int status = run_as_mapped_root(
            [&] {
                if (!prepare(dispatcher) || !put("/run/frankend/exec-table", table(), 0644))
                    return no_namespace;
                (void)::dup2(output, STDOUT_FILENO);
                (void)::dup2(output, STDERR_FILENO);
                // PID 1 is a program executed inside: so its /proc/1/root may be used, as frank-init's.
                (void)::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
                return no_namespace;
            },
            CLONE_NEWPID);
        write_end.reset();
        return {read_all(read_end.get()), status};
    }
    static std::pair<std::string, int> with(const std::vector<plan::EmulatorEntry> &emulators,
                                            const std::string &script) {
        return in_session([&] { return plan::build_exec_table(emulators, {}); }, script);
    }
    static std::string output_with_route(const std::string &native, const std::string &script) {
        return in_session([&] { return plan::build_exec_table({arm64_by(emulator)}, {route_to(native)}); },
                          script)
            .first;
    }

  private:
    static bool prepare(const Bytes &dispatcher) {
        const char *table = "/proc/sys/fs/binfmt_misc";
        return ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
               ::mount("run", "/run", "tmpfs", 0, "mode=0755") == 0 && ::mkdir("/run/frankend", 0755) == 0 &&
               put("/run/frankend/frank-exec", dispatcher, 0755) &&
               put(program, arm64_argument_printer(), 0755) &&
               put(emulator, "#!/bin/sh\nfor x; do printf '%s|' \"$x\"; done\n"s, 0755) &&
               put("/run/twin", "#!/bin/sh\nprintf 'twin:'; for x; do printf '%s|' \"$x\"; done\n"s, 0755) &&
               ::mount("binfmt", table, "binfmt_misc", 0, nullptr) == 0 &&
               put(table + "/register"s,
                   plan::registration_line(plan::Arch::arm64, "/run/frankend/frank-exec", "PFC"), 0200);
    }
};

} // namespace frank::test

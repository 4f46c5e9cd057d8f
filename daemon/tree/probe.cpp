#include "daemon/tree/probe.hpp"

#include "daemon/plan/probe_elf.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/sys/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <system_error>

namespace frank::tree {

namespace {

constexpr const char *program = "/tmp/frank-probe";

std::string tunable(const char *name) {
    const sys::Fd directory(::open("/proc/sys/vm", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::string text;
    try {
        text = sys::read_file(directory.get(), name, 64).value_or("");
    } catch (const std::system_error &) { // hidden: 0 says that there is nothing to say
        return "0";
    }
    return text.substr(0, text.find('\n'));
}

} // namespace

ProbeFile::ProbeFile(plan::Arch arch) {
    const auto bytes = plan::build_probe(arch);
    const sys::Fd file(
        sys::must(::open(program, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700), "make the probe"));
    if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        sys::breakage("write the probe");
}

ProbeFile::~ProbeFile() { (void)::unlink(program); }

const char *ProbeFile::path() { return program; }

plan::Result<void> probe(const std::string &arch, Reporter &reporter) {
    reporter.say("memory", tunable("mmap_min_addr") + " " + tunable("overcommit_memory"));
    const auto known = plan::arch_by_debian_name(arch);
    if (!known)
        return plan::refuse(Error::unsupported_architecture, "there is no architecture '" + arch + "'");
    const ProbeFile file(*known);
    const pid_t child = sys::must(::fork(), "fork");
    if (child == 0) {
        (void)::execl(program, program, nullptr);
        ::_exit(errno == ENOEXEC ? 126 : 127);
    }
    int status = 0;
    sys::must(::waitpid(child, &status, 0), "wait for the probe");
    if (WIFEXITED(status) && WEXITSTATUS(status) == plan::probe_status)
        return {};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 126)
        return plan::refuse(Error::no_emulator, "the kernel has no emulator for " + arch + " programs here");
    if (WIFSIGNALED(status))
        return plan::refuse(Error::failed, "the emulator died of signal " + std::to_string(WTERMSIG(status)) +
                                               " on a " + arch + " program");
    return plan::refuse(Error::failed, "the emulator of " + arch + " ended with status " +
                                           std::to_string(WEXITSTATUS(status)) + " on the probe program");
}

} // namespace frank::tree

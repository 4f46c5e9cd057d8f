#include "daemon/session/diagnosis.hpp"

#include "daemon/plan/probe_elf.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <sys/mman.h>

namespace frank::session {

namespace {

constexpr const char *programs = "/usr/bin";
constexpr std::chrono::seconds launcher_patience{5};

/// A unit with MemoryDenyWriteExecute= can make no code, and an emulator that it runs cannot either: that
/// says nothing of sessions, which run elsewhere.
bool can_make_code() {
    constexpr std::size_t page = 4096;
    void *memory =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    (void)::munmap(memory, page);
    return true;
}

} // namespace

Diagnosis::Diagnosis(sys::EventLoop &loop, Machine &machine, const std::string &state, Done done)
    : loop_(loop), machine_(machine), done_(std::move(done)), emulators_(find_emulators(programs)) {
    const auto add = [this](const std::vector<Finding> &more) {
        findings_.insert(findings_.end(), more.begin(), more.end());
    };
    add(kernel_findings());
    add(binfmt_findings("/proc/sys/fs/binfmt_misc"));
    findings_.push_back(storage_finding(state));
    add(emulator_file_findings(emulators_));
    std::erase_if(emulators_, [](const EmulatorFile &emulator) { return !emulator.is_static; });
    std::ranges::reverse(emulators_);
    source_ = loop_.soon([this] { next(); });
}

void Diagnosis::next() {
    run_.reset();
    if (emulators_.empty())
        return ask_launcher();
    const EmulatorFile emulator = std::move(emulators_.back());
    emulators_.pop_back();
    attempt(emulator, [&] { ask_version(emulator); });
}

template <class Act> void Diagnosis::attempt(const EmulatorFile &emulator, Act act) {
    guarded(act, [&](const plan::Refusal &why) {
        findings_.push_back(failure("emulator " + emulator.name, why.message, "try again"));
        source_ = loop_.soon([this] { next(); });
    });
}

void Diagnosis::ask_version(const EmulatorFile &emulator) {
    const auto asked = [this, emulator](const ProbeRun::Outcome &outcome) {
        attempt(emulator, [&] { run_probe(emulator, outcome.status == 0 ? outcome.line : ""); });
    };
    run_ = std::make_unique<ProbeRun>(loop_, std::vector<std::string>{emulator.path, "--version"}, -1, asked);
}

void Diagnosis::run_probe(const EmulatorFile &emulator, const std::string &version) {
    if (version.empty() || !can_make_code()) {
        findings_.push_back(emulator_run_finding(emulator, version, -1));
        return next();
    }
    probe_ = sys::sealed_memfd("frank-probe", plan::build_probe(emulator.arch));
    const std::vector<std::string> argv{emulator.path, "/proc/self/fd/" + std::to_string(probe_fd)};
    run_ = std::make_unique<ProbeRun>(
        loop_, argv, probe_.get(), [this, emulator, version](const ProbeRun::Outcome &outcome) {
            findings_.push_back(emulator_run_finding(emulator, version, outcome.status));
            next();
        });
}

void Diagnosis::ask_launcher() {
    request_.op = plan::LaunchOp::diagnose;
    const auto answered = [this](const plan::LaunchReply &reply) {
        deadline_.reset();
        findings_.push_back(launcher_finding(reply, request_));
        const auto done = std::move(done_);
        const auto findings = std::move(findings_);
        done(findings);
    };
    deadline_ = loop_.after(launcher_patience, [answered] {
        plan::LaunchReply late;
        late.rung = plan::Rung::request;
        late.error = ETIMEDOUT;
        answered(late);
    });
    launch_ = machine_.launch(request_, {}, answered);
}

} // namespace frank::session

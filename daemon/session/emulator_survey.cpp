#include "daemon/session/emulator_survey.hpp"

#include "daemon/plan/spawn_request.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/findings.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>

namespace frank::session {

namespace {

constexpr std::string_view prefix = "qemu-";

/// qemu's own NAME of a file called qemu-NAME or qemu-NAME-ANYTHING; empty for anything else.
std::string_view qemu_name(std::string_view file) {
    if (!file.starts_with(prefix))
        return {};
    file.remove_prefix(prefix.size());
    const std::string_view name = file.substr(0, file.find('-'));
    const auto known = [name](const plan::ArchInfo &arch) { return !arch.native && arch.qemu == name; };
    return std::ranges::any_of(plan::arch_table(), known) ? name : std::string_view();
}

std::vector<std::string> architectures_of(std::string_view name) {
    std::vector<std::string> names;
    for (const plan::ArchInfo &arch : plan::arch_table())
        if (!arch.native && arch.qemu == name)
            names.emplace_back(arch.debian);
    return names;
}

EmulatorReport look_at(const std::string &path, std::string_view name) {
    EmulatorReport report{path, "", false, architectures_of(name), "failure", ""};
    const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat st {};
    std::array<std::byte, 4096> head{};
    const ssize_t got = file ? ::pread(file.get(), head.data(), head.size(), 0) : -1;
    if (got < 0 || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
        report.seen = "cannot be read";
        return report;
    }
    report.is_static = is_static_elf(std::span(head).first(static_cast<std::size_t>(got)));
    if (!report.is_static)
        report.seen =
            "dynamically linked: it cannot run inside a foreign root; apt-get install qemu-user-static "
            "(Debian 13: qemu-user)";
    else if (st.st_uid != 0 || (st.st_mode & 022) != 0)
        report.seen = "somebody else than root can change it: chown root and chmod go-w";
    return report;
}

} // namespace

std::vector<EmulatorReport> list_emulators(const std::string &directory) {
    std::vector<EmulatorReport> reports;
    const std::string start = directory + "/";
    for (const std::string &file : names_in(directory))
        if (const std::string_view name = qemu_name(file); !name.empty())
            reports.push_back(look_at(std::string(start).append(file), name));
    return reports;
}

EmulatorSurvey::EmulatorSurvey(Context &context, std::vector<EmulatorReport> found, Done done)
    : context_(context), reports_(std::move(found)), done_(std::move(done)) {
    source_ = context_.loop.soon([this] { next(); });
}

void EmulatorSurvey::next() {
    trial_.reset();
    while (at_ < reports_.size() && !reports_[at_].seen.empty()) // known to be of no use
        ++at_;
    if (at_ == reports_.size()) {
        const Done done = std::move(done_);
        const auto reports = std::move(reports_);
        return done(reports);
    }
    EmulatorReport &report = reports_[at_++];
    guarded(
        [&] {
            const sys::Fd file(
                sys::must(::open(report.path.c_str(), O_RDONLY | O_CLOEXEC), "open an emulator"));
            const auto arch = plan::arch_by_debian_name(report.architectures.front());
            trial_ = std::make_unique<EmulatorTrial>(
                context_,
                EmulatorQuestion{arch.value(), "",
                                 sys::sealed_copy("frank-emulator", file, plan::max_emulator_bytes)},
                [this, &report](const plan::Result<std::string> &version) { tried(report, version); });
        },
        [&](const plan::Refusal &why) { tried(report, tl::unexpected(why)); });
}

void EmulatorSurvey::tried(EmulatorReport &report, const plan::Result<std::string> &version) {
    report.outcome = version ? "ok" : "failure";
    report.version = version.value_or("");
    report.seen = version ? "runs a program of " + report.architectures.front() : version.error().message;
    source_ = context_.loop.soon([this] { next(); });
}

} // namespace frank::session

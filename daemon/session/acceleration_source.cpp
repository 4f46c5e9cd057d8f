// Acceleration: which twins a root is to have, and where they come from.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/emulator_trial.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>
#include <fcntl.h>

namespace frank::session {

namespace {

sys::Fd copy_of(const sys::Fd &fd) {
    return fd ? sys::Fd(sys::must(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3), "copy descriptor")) : sys::Fd();
}

} // namespace

/// Which suite is it?
void Acceleration::look_at_root() {
    ears_.progress({"looking at the root", 0, 0, ""});
    const auto done = [this](const plan::Result<void> &result, const TreeReport &report) {
        step([&] {
            if (!result)
                return finish(result);
            if (report.suite().empty())
                return finish(plan::refuse(
                    Error::invalid_state,
                    "native twins can be made for a Debian alone, and session " + session_.name() + " has " +
                        (report.os_name().empty() ? "something else" : report.os_name()) +
                        ": give a native root that has the tools (--from)"));
            const bool fetch = std::exchange(order_.fetch, false); // once
            const bool llvm = report.llvm() && fetch;
            const plan::Twins *there = context_.twins.newest(report.suite(), session_.settings().arch);
            if (there == nullptr || (order_.again && there->digest == record_.twins) ||
                (llvm && !plan::has_llvm(*there)))
                return make_twins(report.suite(), llvm || (there != nullptr && plan::has_llvm(*there)));
            have_twins(there->digest);
        });
    };
    // The session runs: its own name is taken.
    plan::SessionSettings settings = settings_of_nobody("frankend-look-" + std::to_string(++context_.trials));
    settings.instance = session_.settings().instance;
    settings.disk_ids = session_.settings().disk_ids;
    settings.owner = session_.settings().owner;
    workshop_ =
        std::make_unique<Workshop>(context_,
                                   WorkshopOrder{settings,
                                                 plan::Network::none,
                                                 {},
                                                 {"/frank/frank-tree", "inspect", "/target", "--arch",
                                                  std::string(plan::info(session_.settings().arch).debian)},
                                                 {},
                                                 copy_of(log_)},
                                   Workshop::Ears{ears_.progress, done});
    workshop_->begin();
}

void Acceleration::make_twins(const std::string &suite, bool llvm) {
    making_ = std::make_unique<TwinMaking>(
        context_, suite, llvm, session_.settings().arch, copy_of(log_), std::exchange(order_.source, nullptr),
        TwinMaking::Ears{ears_.progress, [this, suite, llvm](const plan::Result<std::string> &digest) {
                             step([&] {
                                 // Those that are there do without what was to be had besides.
                                 const plan::Twins *there =
                                     llvm ? context_.twins.newest(suite, session_.settings().arch) : nullptr;
                                 if (digest || there != nullptr)
                                     return have_twins(digest ? *digest : std::string(there->digest));
                                 finish(tl::unexpected(digest.error()));
                             });
                         }});
    making_->begin();
}

/// Of a root's clang and lld, those that no twin stands in for.
std::vector<std::string> Acceleration::unknown_llvm_paths() const {
    std::vector<std::string> paths = plan::llvm_paths();
    std::erase_if(paths, [this](const std::string &path) {
        return std::ranges::any_of(record_.tools, [&](const plan::ToolVerdict &tool) {
            const auto known = plan::tool_of(tool.path, session_.settings().arch);
            return known && known->guest == path;
        });
    });
    return paths;
}

/// They were made for a root that had no clang, and this one has.
bool Acceleration::lacks_llvm() const {
    const plan::Twins *twins = context_.twins.find(record_.twins);
    return twins != nullptr && !twins->suite.empty() && !plan::has_llvm(*twins) &&
           std::ranges::any_of(unknown_llvm_paths(),
                               [this](const std::string &path) { return survey_.contains(path); });
}

std::vector<AccelRow> Acceleration::rows_without_twins() const {
    const plan::Twins *twins = context_.twins.find(record_.twins);
    std::vector<AccelRow> rows;
    for (const std::string &path : unknown_llvm_paths())
        if (const auto tool = plan::tool_of(std::string_view(path).substr(1), session_.settings().arch);
            tool && twins != nullptr && survey_.contains(path))
            rows.push_back({std::string(to_text(tool->tool_class)), path, false,
                            plan::has_llvm(*twins) || twins->suite.empty()
                                ? "the twins are of another version"
                                : "the twins were made without it: frankctl accel " + session_.name() + " on",
                            0, 0, 0});
    return rows;
}

} // namespace frank::session

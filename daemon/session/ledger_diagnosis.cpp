#include "daemon/session/breakage.hpp"
#include "daemon/session/findings.hpp"
#include "daemon/session/ledger_impl.hpp"

#include <algorithm>
#include <utility>

namespace frank::session {

namespace {

Finding table_finding(plan::TableKind kind) {
    const std::string check = "sessions' binfmt table";
    if (kind == plan::TableKind::own)
        return ok(check, "each has its own");
    if (kind == plan::TableKind::host)
        return warning(check,
                       "this kernel has one for the whole machine: sessions use that one, and sudo and other "
                       "setuid programs do not work inside, since flag C there would make any foreign setuid "
                       "file root's",
                       "boot Linux 6.7 or later");
    return failure(check, "frank-launcher did not tell", "see journalctl -u frankend");
}

} // namespace

void Ledger::Impl::diagnose(Diagnosed done) {
    curious_.push_back(std::move(done));
    if (curious_.size() > 1)
        return;
    const auto refused = [this](const plan::Refusal &why) {
        for (const Diagnosed &waiter : std::exchange(curious_, {}))
            waiter({failure("frankend", why.message, "see journalctl -u frankend")});
    };
    guarded([this] { look(); }, refused);
}

/// Whose they are is not everybody's.
std::optional<Finding> Ledger::Impl::narrow_roots_finding() const {
    const auto count = std::ranges::count_if(sessions, [](const auto &entry) {
        const plan::SessionSettings &settings = entry.second->settings();
        return plan::storage_trouble(settings.arches(), settings.storage).has_value();
    });
    if (count == 0)
        return std::nullopt;
    return warning("32-bit roots",
                   std::to_string(count) +
                       " root(s) with 32-bit programs lie on a file system whose inode numbers or directory "
                       "positions take 64 bits: these may fail to list directories",
                   "frankctl show NAME tells of which, and what to do");
}

void Ledger::Impl::look() {
    context.machine.diagnose([this](const std::vector<Finding> &seen) {
        trial_ =
            std::make_unique<Trial>(context, context.machine.emulated(), [this, seen](const auto &tried) {
                auto all = seen;
                all.insert(all.end(), tried.begin(), tried.end());
                if (context.table.begun())
                    all.push_back(table_finding(context.table.kind()));
                if (const std::size_t count = outdated().size();
                    count > 0) // whose they are is not everybody's
                    all.push_back(warning("replaced emulators",
                                          std::to_string(count) +
                                              " running session(s) use an emulator that was "
                                              "replaced since they started",
                                          "stop and start them; frankctl show NAME tells which"));
                if (const auto roots = narrow_roots_finding())
                    all.push_back(*roots);
                trial_.reset();
                for (const Diagnosed &waiter : std::exchange(curious_, {}))
                    waiter(all);
            });
    });
}

} // namespace frank::session

#include "daemon/session/host_table.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sstream>
#include <sys/epoll.h>
#include <sys/inotify.h>

namespace frank::session {

namespace {

constexpr const char *file_name = "host-binfmt";
/// A tool that changes the table changes much of it at once.
constexpr std::chrono::milliseconds settling{20};
constexpr std::chrono::seconds retry{2};

bool same_emulator(plan::Arch a, plan::Arch b) { return plan::info(a).qemu == plan::info(b).qemu; }

} // namespace

HostTable::HostTable(sys::EventLoop &loop, Machine &machine, const plan::Config &config, std::string state)
    : loop_(loop), machine_(machine), config_(config), state_(std::move(state)) {}

void HostTable::begin() {
    begun_ = true;
    std::istringstream names(
        sys::read_file(open_directory(state_).get(), file_name, max_state_bytes).value_or(""));
    for (std::string name; names >> name;)
        if (const auto arch = plan::arch_by_debian_name(name); arch && !plan::info(*arch).native)
            enabled_.insert(*arch);
    ask([](const plan::Result<void> &result) {
        if (!result)
            spdlog::warn("this machine's binfmt table: {}", result.error().message);
    });
}

std::uint64_t HostTable::for_sessions() const {
    std::uint64_t bits = 0;
    for (const auto &[arch, count] : held_)
        bits |= plan::table_bit(arch);
    return bits;
}

std::uint64_t HostTable::for_programs() const {
    std::uint64_t bits = 0;
    for (const plan::Arch arch : enabled_)
        bits |= plan::table_bit(arch);
    if (config_.host_binfmt)
        for (const plan::Arch arch : machine_.emulated())
            bits |= plan::table_bit(arch);
    return bits;
}

bool HostTable::wanted() const {
    return for_programs() != 0 || (kind_ == plan::TableKind::host && !held_.empty());
}

HostTable::Hold HostTable::hold(std::vector<plan::Arch> arches, Done ready) {
    std::erase_if(arches, [](plan::Arch arch) {
        return arch == plan::Arch::none || !plan::info(arch).may_be_emulated();
    });
    for (const plan::Arch arch : arches)
        ++held_[arch];
    const bool nothing_to_do = arches.empty() || !begun_ || kind_ == plan::TableKind::own;
    const auto kept = std::make_shared<Done>(std::move(ready));
    Hold hold(*this, std::move(arches), kept);
    if (nothing_to_do)
        (*kept)({});
    else
        ask([weak = std::weak_ptr(kept)](const plan::Result<void> &result) {
            if (const auto waiter = weak.lock())
                (*waiter)(result);
        });
    return hold;
}

void HostTable::release(const std::vector<plan::Arch> &arches) {
    for (const plan::Arch arch : arches)
        if (const auto found = held_.find(arch); found != held_.end() && --found->second == 0)
            held_.erase(found);
    if (begun_ && kind_ == plan::TableKind::host && !timer_)
        timer_ = loop_.soon([this] { noticed(); });
}

void HostTable::store(const std::set<plan::Arch> &enabled) {
    std::string text;
    for (const plan::Arch arch : enabled)
        text += std::string(plan::info(arch).debian) + "\n";
    sys::write_file_atomically(open_directory(state_).get(), file_name, text);
    enabled_ = enabled;
}

void HostTable::enable(plan::Arch arch, Done done) {
    const auto emulated = machine_.emulated();
    const std::string name = "qemu-" + std::string(plan::info(arch).qemu);
    if (std::ranges::none_of(emulated, [arch](plan::Arch other) { return same_emulator(arch, other); }))
        return done(plan::refuse(Error::no_emulator, "there is no static " + name +
                                                         " in /usr/bin: install qemu-user-static "
                                                         "(Debian 13: qemu-user)"));
    auto enabled = enabled_;
    enabled.insert(arch);
    store(enabled);
    ask(std::move(done));
}

void HostTable::disable(plan::Arch arch, Done done) {
    if (config_.host_binfmt)
        return done(plan::refuse(Error::invalid_state, "host_binfmt = true in frankend.toml registers all of "
                                                       "them: set it to false and restart frankend"));
    auto enabled = enabled_;
    std::erase_if(enabled, [arch](plan::Arch other) { return same_emulator(arch, other); });
    store(enabled);
    ask(std::move(done));
}

/// One request at a time: frank-launcher would not keep the order of two.
void HostTable::ask(Done done) {
    next_.push_back(std::move(done));
    if (launch_)
        again_ = true;
    else
        send();
}

void HostTable::send() {
    again_ = false;
    timer_.reset();
    waiting_ = std::exchange(next_, {});
    request_ = {};
    request_.op = plan::LaunchOp::host_table;
    request_.for_sessions = for_sessions();
    request_.for_programs = for_programs();
    launch_ = machine_.ask(
        request_, [this](const plan::LaunchReply &reply, sys::Fd view) { answered(reply, std::move(view)); });
}

void HostTable::answered(const plan::LaunchReply &reply, sys::Fd view) {
    launch_.reset();
    plan::Result<void> result;
    if (reply.rung != plan::Rung::none)
        result = tl::unexpected(plan::to_refusal(reply, request_));
    else
        kind_ = reply.table;
    if (view)
        view_ = std::move(view);
    guarded([this] { watch(); },
            [](const plan::Refusal &why) { spdlog::warn("this machine's binfmt table: {}", why.message); });
    if (!result && wanted())
        timer_ = loop_.after(retry, [this] { noticed(); });
    for (const Done &done : std::exchange(waiting_, {}))
        done(result);
    if (again_ && !launch_)
        send();
}

/// Every change of the table is a write(2) to one of its files, which inotify(7) tells. Nothing wakes us
/// while nothing of ours is in it.
void HostTable::watch() {
    if (!wanted()) {
        notify_source_.reset();
        notify_.reset();
        return;
    }
    if (notify_ || !view_)
        return;
    notify_ = sys::Fd(sys::must(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "make an inotify descriptor"));
    const std::string path = "/proc/self/fd/" + std::to_string(view_.get());
    (void)sys::must(::inotify_add_watch(notify_.get(), path.c_str(), IN_MODIFY), "watch it");
    again_ = true; // for what happened before we watched
    notify_source_ = loop_.on_io(notify_.get(), EPOLLIN, [this](std::uint32_t) {
        std::array<char, 4096> events{};
        while (::read(notify_.get(), events.data(), events.size()) > 0) {
        }
        if (!timer_)
            timer_ = loop_.after(settling, [this] { noticed(); });
    });
}

void HostTable::noticed() {
    timer_.reset();
    if (launch_)
        again_ = true;
    else
        send();
}

plan::Result<std::vector<plan::TableEntry>> HostTable::entries() const {
    if (!view_)
        return plan::refuse(Error::unavailable, "this machine's binfmt table cannot be read; see "
                                                "journalctl -u frankend");
    std::vector<plan::TableEntry> entries;
    for (const std::string &name : sys::names_in_order(view_.get())) {
        if (name == "register" || name == "status")
            continue;
        const auto text = sys::read_file(view_.get(), name.c_str(), max_state_bytes);
        if (auto entry = plan::parse_table_entry(name, text.value_or("")))
            entries.push_back(std::move(*entry));
    }
    return entries;
}

std::string HostTable::purpose(const plan::TableEntry &entry) const {
    for (const plan::Arch arch : plan::arches_of_bits(for_sessions()))
        if (kind_ == plan::TableKind::host && plan::session_table_entry(arch, entry.interpreter) == entry)
            return "sessions";
    for (const plan::Arch arch : plan::arches_of_bits(for_programs()))
        if (plan::host_table_entry(arch, entry.interpreter) == entry)
            return "programs";
    return "";
}

} // namespace frank::session

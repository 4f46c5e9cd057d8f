#include "daemon/session/call_counts.hpp"

#include <array>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace frank::session {

namespace {

/// Jobs that are remembered; sessions may run for months.
constexpr std::size_t max_groups = 1024;

template <class Key> CallCounts::Sum sum_at(const std::map<Key, CallCounts::Sum> &sums, Key key) {
    const auto found = sums.find(key);
    return found == sums.end() ? CallCounts::Sum{} : found->second;
}

} // namespace

void CallCounts::follow(sys::Fd file) {
    struct stat info {};
    struct statfs system {};
    if (file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) &&
        ::fstatfs(file.get(), &system) == 0 && system.f_type == TMPFS_MAGIC)
        file_ = std::move(file);
}

void CallCounts::forget() {
    file_.reset();
    counters_.clear();
    groups_.clear();
}

void CallCounts::take(const plan::ExecCall &call) {
    Sum &counter = counters_[call.counter];
    ++(call.native != 0 ? counter.native : counter.emulated);
    if (groups_.size() >= max_groups && !groups_.contains(call.group))
        groups_.erase(groups_.begin());
    Sum &group = groups_[call.group];
    ++(call.native != 0 ? group.native : group.emulated);
}

void CallCounts::read() {
    if (!file_)
        return;
    std::array<plan::ExecCall, 1024> calls{};
    off_t at = 0;
    ssize_t got = 0;
    // What is added between the last read and the truncation is lost: a few calls of thousands.
    while ((got = ::pread(file_.get(), calls.data(), sizeof calls, at)) > 0) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof calls[0]; ++i)
            take(calls[i]);
        at += got;
        if (at > (off_t{32} << 20)) // more than it can have grown to: somebody plays with it
            break;
    }
    if (at > 0)
        (void)!::ftruncate(file_.get(), 0);
}

CallCounts::Sum CallCounts::of_counter(std::uint16_t counter) const { return sum_at(counters_, counter); }

CallCounts::Sum CallCounts::of_group(int group) const { return sum_at(groups_, group); }

void CallCounts::forget_group(int group) { groups_.erase(group); }

} // namespace frank::session

#include "daemon/tree/reporter.hpp"

#include <cerrno>
#include <unistd.h>

namespace frank::tree {

namespace {
constexpr std::chrono::milliseconds interval{100};
} // namespace

void Reporter::progress(std::string_view unit, std::uint64_t done, std::uint64_t total) {
    held_ = "progress " + std::string(unit) + " " + std::to_string(done) + " " + std::to_string(total);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_)
        return;
    next_ = now + interval;
    flush();
}

void Reporter::flush() {
    if (held_.empty())
        return;
    write_line(held_);
    held_.clear();
}

void Reporter::say(std::string_view what, std::string_view text) {
    flush();
    write_line(std::string(what) + " " + std::string(text));
}

void Reporter::write_line(const std::string &line) const {
    const std::string whole = line + "\n";
    // Nobody may listen, and the work goes on all the same: what counts is the exit status.
    ssize_t written = 0;
    do
        written = ::write(fd_, whole.data(), whole.size());
    while (written < 0 && errno == EINTR);
}

} // namespace frank::tree

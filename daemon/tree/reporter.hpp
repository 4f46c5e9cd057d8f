// tree/ is the only code that touches an untrusted tree. It runs in a throw-away sandbox, as mapped root, and
// holds nothing but the tree. This file: what frank-tree tells frankend on its standard output, a line each.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace frank::tree {

/// Lines are at most ten a second, but for the first and the last of a progress; stages and facts are never
/// dropped.
class Reporter {
  public:
    /// The descriptor stays the caller's.
    explicit Reporter(int fd) : fd_(fd) {}

    /// "progress UNIT DONE TOTAL"; total 0: not known. `unit` is "bytes", "packages" or "files".
    void progress(std::string_view unit, std::uint64_t done, std::uint64_t total);
    /// Tells the last progress() where it was held back.
    void flush();
    /// "WHAT TEXT": both already fit for a line.
    void say(std::string_view what, std::string_view text);

  private:
    void write_line(const std::string &line) const;

    int fd_;
    std::string held_{};
    std::chrono::steady_clock::time_point next_{};
};

} // namespace frank::tree

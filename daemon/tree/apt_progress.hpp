// From what mmdebstrap, apt and dpkg print to a progress in packages. Text in, text out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace frank::tree {

class AptProgress {
  public:
    enum class News { none, stage, packages };

    /// One line of `mmdebstrap --verbose` in the C locale, without its end.
    News take(std::string_view line);

    const std::string &stage() const { return stage_; } ///< printable
    std::uint64_t done() const { return done_; }        ///< packages set up
    std::uint64_t total() const { return total_; }      ///< packages that apt has announced so far
    /// The first error that was printed, printable; empty: none. Those after it only say that it was one.
    const std::string &error() const { return error_; }
    bool out_of_space() const { return out_of_space_; }

  private:
    std::string stage_{};
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    std::string error_{};
    bool out_of_space_ = false;
};

} // namespace frank::tree

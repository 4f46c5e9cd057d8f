// A board as data (conf/boards.d/NAME.toml): which CPU the emulator shows to a root of each architecture that
// runs on it, and what /proc/cpuinfo and the device tree say there.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

inline constexpr std::size_t max_board_file_bytes = std::size_t{64} * 1024;

/// The board as a root of one architecture sees it.
struct BoardView {
    Arch arch = Arch::none;
    std::string cpu;       ///< qemu's -cpu; empty: qemu's own default
    std::string machine;   ///< uname -m
    std::string head;      ///< of /proc/cpuinfo, before the processors
    std::string processor; ///< of /proc/cpuinfo, once for each processor
    std::string tail;      ///< of /proc/cpuinfo, behind the processors

    bool operator==(const BoardView &) const = default;
};

struct Board {
    std::string name;
    std::string title;                   ///< what people call it
    std::string note;                    ///< what differs from the real one, where something does
    std::uint32_t page_size = 4096;      ///< of the kernel that the board comes with; an emulator has its own
    std::string model;                   ///< /model of the device tree; empty: it has none
    std::vector<std::string> compatible; ///< /compatible of the device tree
    std::vector<BoardView> views;        ///< one for each architecture

    /// nullptr: no root of `arch` runs on it.
    const BoardView *view(Arch arch) const;

    bool operator==(const Board &) const = default;
};

/// a-z, 0-9 and '-', at most 32: the name of a board or of a work-around, and of the file that says what it
/// is.
bool is_data_name(std::string_view text);
/// As qemu's -cpu takes it, with options behind commas.
bool is_cpu_model(std::string_view text);

/// Unknown keys, wrong types and control characters are refused with line and column.
Result<Board> parse_board(std::string_view name, std::string_view text, std::string_view origin);

class Boards {
  public:
    /// Takes the place of one of the same name.
    void add(Board board);
    /// nullptr: there is none.
    const Board *find(std::string_view name) const;
    /// Sorted by name.
    const std::vector<Board> &all() const { return all_; }

    /// NoSuch... in words: near names, and how to list them.
    Refusal unknown(std::string_view name) const;
    /// Refused where there is no such board, or where roots of `arch` do not run on it. Arch::none: not known
    /// yet. An empty name is right.
    Result<void> check(std::string_view name, Arch arch) const;
    /// `name`, or where it is empty the generic one of `arch`. nullptr: there is none.
    const Board *choose(std::string_view name, Arch arch) const;

  private:
    std::vector<Board> all_;
};

/// /proc/cpuinfo of a machine with so many processors: "{n}" in a processor's text is its number, "{count}"
/// anywhere how many there are.
std::string cpuinfo_text(const BoardView &view, unsigned processors);

} // namespace frank::plan

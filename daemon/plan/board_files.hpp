// frankend → frank-launcher: the texts that a session sees of its board, in one sealed memfd: this header,
// and the texts behind it, one after another. They become files of the session and nothing else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

inline constexpr std::size_t board_files_max_bytes = std::size_t{1} << 20;

/// Which text a file of the board holds; the order on the wire.
enum class BoardFile : std::uint8_t { cpuinfo = 0, model = 1, compatible = 2 };
inline constexpr std::size_t board_file_count = 3;

using BoardTexts = std::array<std::string, board_file_count>;

struct BoardFilesHeader {
    std::array<char, 8> magic{'F', 'R', 'N', 'K', 'B', 'R', 'D', '1'};
    std::array<std::uint32_t, board_file_count> sizes{};
    std::uint32_t reserved = 0;
};

std::vector<std::byte> encode_board_files(const BoardTexts &texts);
/// Nothing where it is no such file, or its sizes are not those of what is in it.
std::optional<BoardTexts> decode_board_files(std::span<const std::byte> bytes);

} // namespace frank::plan

#include "daemon/plan/board_files.hpp"

#include <cstring>
#include <stdexcept>

namespace frank::plan {

std::vector<std::byte> encode_board_files(const BoardTexts &texts) {
    BoardFilesHeader header;
    std::size_t size = sizeof header;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        size += texts[i].size();
        header.sizes[i] = static_cast<std::uint32_t>(texts[i].size());
    }
    if (size > board_files_max_bytes)
        throw std::length_error("the texts of a board are too long");
    std::vector<std::byte> bytes(size);
    std::memcpy(bytes.data(), &header, sizeof header);
    std::size_t at = sizeof header;
    for (const std::string &text : texts) {
        std::memcpy(bytes.data() + at, text.data(), text.size());
        at += text.size();
    }
    return bytes;
}

std::optional<BoardTexts> decode_board_files(std::span<const std::byte> bytes) {
    BoardFilesHeader header;
    if (bytes.size() < sizeof header || bytes.size() > board_files_max_bytes)
        return std::nullopt;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != BoardFilesHeader{}.magic || header.reserved != 0)
        return std::nullopt;
    BoardTexts texts;
    auto rest = bytes.subspan(sizeof header);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (header.sizes[i] > rest.size())
            return std::nullopt;
        texts[i].assign(reinterpret_cast<const char *>(rest.data()), header.sizes[i]);
        rest = rest.subspan(header.sizes[i]);
    }
    if (!rest.empty())
        return std::nullopt;
    return texts;
}

} // namespace frank::plan

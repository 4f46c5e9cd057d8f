// Text that came from somewhere else, made fit for a terminal and for D-Bus. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frank::client {

/// Is every byte part of valid UTF-8? Only such text fits a D-Bus string.
bool is_utf8(std::string_view bytes);

/// `raw` with every byte as \xNN that could move a cursor, change a colour, break the line or reorder what
/// stands beside it: control characters, Unicode's direction marks, and what is not UTF-8.
std::string printable(std::string_view raw);

/// How many characters of printable text there are; a terminal column each, but for wide scripts.
std::size_t width(std::string_view text);

/// The words with a blank between them.
std::string joined(const std::vector<std::string> &words);

/// The first `columns` characters of printable text.
std::string clipped(std::string_view text, std::size_t columns);

} // namespace frank::client

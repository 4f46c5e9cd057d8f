// Text from outside made fit for a terminal, a journal line and a D-Bus string.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace frank::plan {

/// C-escapes control characters (C0, DEL, C1, and those that turn the direction of a line) and invalid UTF-8;
/// cuts to `limit` bytes with "…". What it gives comes back unchanged when it is given again.
std::string printable(std::string_view text, std::size_t limit);

} // namespace frank::plan

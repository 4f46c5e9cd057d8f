// What frankend asks about the root: has it one of these paths, or a glibc of such versions? It says nothing
// of what to do, and gets a bit for each question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace frank::guest {

/// As plan/init_wire.hpp's InitType::look has them. What does not parse, and what cannot be looked at, is a
/// no.
std::uint64_t answer_questions(std::span<const std::byte> questions);

} // namespace frank::guest

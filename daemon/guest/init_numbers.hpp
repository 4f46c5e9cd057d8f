// Which numbers the root's file system has.
#pragma once

#include "daemon/plan/wide_numbers.hpp"

namespace frank::guest {

/// From the directories that plan/wide_numbers.hpp names.
plan::WideNumbers sample_numbers();
/// statfs(2)'s f_type of the root; 0: not known.
std::uint32_t file_system_type();

} // namespace frank::guest

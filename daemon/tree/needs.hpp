// Which architectures a tree holds programs of, besides its shell's.
#pragma once

#include "daemon/plan/arch_set.hpp"

namespace frank::tree {

/// dpkg's list and the dynamic loaders, as plan/root_needs.hpp has them. Never fails: what cannot be read
/// says nothing.
plan::ArchSet find_needs(int root);

} // namespace frank::tree

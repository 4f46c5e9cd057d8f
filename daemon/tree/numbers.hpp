// Which numbers a tree's file system has.
#pragma once

#include "daemon/plan/wide_numbers.hpp"

namespace frank::tree {

/// From the directories that plan/wide_numbers.hpp names. Never fails: what cannot be read says nothing.
plan::RootStorage find_storage(int root);

} // namespace frank::tree

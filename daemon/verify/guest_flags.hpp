// What the guest's driver (gcc, g++, gfortran) gives a compiler proper by itself: without it cc1 compiles for
// another CPU, or finds no header.
#pragma once

#include <string>
#include <vector>

namespace frank::verify {

/// For /usr/lib/gcc/TRIPLET/VERSION/cc1 and its like; empty where no driver calls it.
std::vector<std::string> find_guest_flags(const std::string &compiler);

} // namespace frank::verify

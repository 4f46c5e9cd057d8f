// System calls that no session needs and that reach kernel code of the whole machine: they answer EPERM.
#pragma once

#include <cstddef>
#include <vector>

namespace frank::launcher {

/// A BPF program (struct sock_filter[]) for x86-64 and, so that i386 roots run, i386.
std::vector<std::byte> seccomp_filter();

} // namespace frank::launcher

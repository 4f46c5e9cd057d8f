// Which architectures a root file system holds programs of, besides its shell's: by dpkg's foreign
// architectures and by the dynamic loaders that are there. What is looked at, and what it means; who looks
// are frank-tree, when a root is created, and frank-init, at every start. No allocation and no exception
// here: frank-init is made of it too.
#pragma once

#include "daemon/plan/arch_set.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace frank::plan {

/// dpkg --print-architecture and --print-foreign-architectures, a line each.
inline constexpr const char *dpkg_list = "/var/lib/dpkg/arch";
inline constexpr std::size_t max_dpkg_list_bytes = 4096;
ArchSet arches_in_dpkg_list(std::string_view text);

/// Where the psABIs put PT_INTERP. Names are shared (/lib/ld.so.1 is four architectures'): what a loader is
/// for, its own header tells.
inline constexpr std::array<const char *, 3> loader_directories{"/lib", "/lib32", "/lib64"};
bool is_loader_name(std::string_view name);
/// From a loader's first bytes.
Arch arch_of_loader(std::span<const std::byte> head);

/// A hostile tree can have any number of either.
inline constexpr std::size_t max_directory_entries = 65536;
inline constexpr std::size_t max_loaders = 64;

} // namespace frank::plan

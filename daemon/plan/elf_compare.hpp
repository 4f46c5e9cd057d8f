// Are two compiled files the same code? For ELF files and ar archives, where a native and an emulated tool
// made one each. Nothing is forgiven but what names the package of the compiler: the text in .comment, and
// the build-id, a hash over it. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace frank::plan {

/// What differs, for people; empty: the same. Whatever cannot be read as an ELF file differs.
std::vector<std::string> compare_elf(std::span<const std::byte> a, std::span<const std::byte> b);

/// Member by member, ELF members by compare_elf. The index of symbols (SysV, 32 and 64 bits) must name the
/// same symbols in the same members. Thin archives and whatever cannot be read differ.
std::vector<std::string> compare_archives(std::span<const std::byte> a, std::span<const std::byte> b);

/// By what both files are; where they are neither: byte for byte.
std::vector<std::string> compare_files(std::span<const std::byte> a, std::span<const std::byte> b);

} // namespace frank::plan

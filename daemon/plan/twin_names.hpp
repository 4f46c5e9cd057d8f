// Which names of programs may have a twin. Pure.
#pragma once

#include "daemon/plan/twin.hpp"

namespace frank::plan {

/// What a program is, whatever its directory and its triplet.
enum class TwinRole : std::uint8_t { none, driver, compiler, binutil, llvm, plain };

/// "gcc", without a triplet and a version; `plain` is not told from its name here.
TwinRole role_of_name(std::string_view name);
/// Of a plain program, by its base name.
std::optional<ToolClass> class_of_plain(std::string_view name);
/// Debian's first, then what other distributions call the same: never empty strings.
std::vector<std::string> triplets_of(Arch arch);
/// As clang spells it out: "aarch64-unknown-linux-gnu".
std::string llvm_triple(Arch arch);
/// "aarch64-linux-gnu-gcc-12" → "gcc"; empty: it is none of the triplet's.
std::string_view without_triplet(std::string_view name, std::string_view triplet);

} // namespace frank::plan

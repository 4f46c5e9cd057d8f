// Native twins of a guest's tools: which tools may have one, where a twin lies, and what its route says.
// Pure.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

/// Each can be switched off.
enum class ToolClass : std::uint8_t { compiler, binutils, build, shell, archive, coreutils, lang };

std::string_view to_text(ToolClass tool_class);

using ToolClasses = std::set<ToolClass>;
const ToolClasses &all_tool_classes();
/// By their names.
Result<ToolClasses> parse_tool_classes(const std::vector<std::string> &names);
std::vector<std::string> names_of(const ToolClasses &classes);

/// Where a twin's tree is seen in a session. Its programs have it compiled in: it never moves.
inline constexpr const char *twin_directory = "/run/frankend/native";
/// In a twin's tree; of frankend's own, as they lie beside frank-tree.
inline constexpr const char *twin_verifier = "frank-verify";
/// Beside it, libraries that a tool loads first: for those that ask the kernel for the machine
/// (guest/machine_name.cpp), and for git (guest/git_twin.cpp).
inline constexpr const char *twin_machine = "frank-machine.so";
inline constexpr const char *twin_git = "frank-git.so";
/// In a twin's tree: what glibc converts encodings with (iconv(3)), and a link to where a guest has its own.
inline constexpr const char *twin_converters = "gconv";
inline constexpr const char *guest_converters = "gconv-of-guest";

/// Debian's, as its cross compilers have it: "aarch64-linux-gnu". Empty: Debian has none.
std::string_view gnu_triplet(Arch arch);
/// What to put into a native root so that it holds twins for `arch`, by Debian's names; with clang and lld,
/// which are large, where they are asked for.
std::vector<std::string> twin_packages(Arch arch, bool llvm = false);

struct TwinTool {
    ToolClass tool_class;
    std::string guest;  ///< the file's canonical path in a guest with a merged /usr
    std::string native; ///< the twin's path in a session

    bool operator==(const TwinTool &) const = default;
};

/// What the program at `path` (relative, in a native root) stands in for. Nothing: it is no tool of ours,
/// or one that reports the machine.
std::optional<TwinTool> tool_of(std::string_view path, Arch arch);
/// What people may look for among the tools, and has no twin.
struct UnprovenTool {
    ToolClass tool_class;
    std::string guest; ///< as in TwinTool
    std::string why;
};
std::vector<UnprovenTool> unproven_tools(Arch arch);
/// Where in a native root such programs may be: relative directories; a "*" at the end is any one name.
std::vector<std::string> tool_directories(Arch arch);
/// Whether it is clang or lld, by its path in a native root.
bool is_llvm(std::string_view path);
/// Where a guest has clang and lld: canonical paths.
std::vector<std::string> llvm_paths();
/// The library that the tool at `path` is to load first; empty: none.
std::string_view companion_of(std::string_view path);
/// What is no program, and is needed by one all the same: the linker's plug-in.
bool goes_along(std::string_view path);
/// What the guest's own compiler and its twin say that they come from: "(Debian 12.2.0-14)". Empty: nothing.
struct Packages {
    std::string guest{}, native{};
};

/// The rules of its route (plan/exec_table.hpp).
std::vector<std::string> rules_of(const TwinTool &tool, Arch arch, const Packages &packages = {});

/// A string in a program, which ends with a NUL, and what is to be there instead; never longer.
struct Rewrite {
    std::string from, to;
};

/// A cross compiler looks where a native one does not, for headers and for its own parts. `path` as for
/// tool_of().
std::vector<Rewrite> rewrites_of(std::string_view path, Arch arch);
/// Where a native root may have glibc's converters.
std::vector<std::string> converter_places();
/// The same place in a guest.
std::string guest_place(std::string_view converters, Arch arch);
/// In glibc: its converters are looked for in the twin's tree.
std::vector<Rewrite> rewrites_of_libc();

} // namespace frank::plan

// Where distributions put compilers. Pure.
#pragma once

#include <array>
#include <string_view>

namespace frank::plan {

/// PLACE TRIPLET/VERSION/: of a cross compiler, and of the guest's own one that it stands in for.
struct CompilerPlace {
    std::string_view cross, guest;
    int first, last; ///< versions of gcc that may be there
};

inline constexpr std::array compiler_places{
    CompilerPlace{"usr/lib/gcc-cross/", "usr/lib/gcc/", 10, 13},         // Debian to 12
    CompilerPlace{"usr/libexec/gcc-cross/", "usr/libexec/gcc/", 13, 17}, // Debian from 13 on
    CompilerPlace{"usr/libexec/gcc/", "usr/libexec/gcc/", 10, 17},       // Gentoo's crossdev, Fedora, Alpine
    CompilerPlace{"usr/lib/gcc/", "usr/lib/gcc/", 10, 17}};              // Arch

/// Where git has what it calls: one more git among it.
inline constexpr std::array<std::string_view, 2> git_places{"usr/lib/git-core", "usr/libexec/git-core"};

/// As Debian's glibc has it compiled in.
inline constexpr std::string_view debians_converters = "usr/lib/x86_64-linux-gnu/gconv";

/// BEFORE VERSION AFTER: clang and lld in Debian, a directory for each version of LLVM. They are cross
/// compilers by nature: a native one lies where the guest's own does.
struct LlvmPlace {
    std::string_view before, after;
    int first, last;
};
inline constexpr LlvmPlace llvm_place{"usr/lib/llvm-", "/bin", 11, 22};

/// Gentoo's crossdev: PLACE TRIPLET/gcc-bin/VERSION/, and binutils-bin alike.
inline constexpr std::string_view versioned_place = "usr/x86_64-pc-linux-gnu/";

} // namespace frank::plan

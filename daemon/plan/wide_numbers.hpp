// Inode numbers and directory positions that a 32-bit program built without _FILE_OFFSET_BITS=64 cannot hold:
// its readdir(3), and stat(2) of such an inode, end with EOVERFLOW (glibc,
// sysdeps/unix/sysv/linux/getdents.c). A native 32-bit program is spared the positions, since the kernel sees
// what asks; one in qemu-user is not. Where they are looked for, and what they mean. No allocation and no
// exception in this header: frank-init uses it too.
#pragma once

#include "daemon/plan/arch_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frank::plan {

/// A sample: in these directories, and so many entries of each.
inline constexpr std::array sampled_directories{"/",    "/usr",     "/usr/bin", "/usr/lib",
                                                "/etc", "/var/lib", "/root"};
inline constexpr std::size_t max_sampled_entries = 2048;

struct WideNumbers {
    bool inodes = false;
    bool positions = false;

    constexpr void take(std::uint64_t inode, std::uint64_t position) {
        inodes = inodes || inode > UINT32_MAX;         // ino_t is unsigned there
        positions = positions || position > INT32_MAX; // off_t is not
    }
    constexpr bool any() const { return inodes || positions; }

    /// On the wire.
    constexpr std::int32_t bits() const { return (inodes ? 1 : 0) | (positions ? 2 : 0); }
    static constexpr WideNumbers from_bits(std::int32_t bits) { return {(bits & 1) != 0, (bits & 2) != 0}; }
    bool operator==(const WideNumbers &) const = default;
};

/// What a root lies on.
struct RootStorage {
    WideNumbers wide{};
    std::string file_system{}; ///< by mount(8)'s name; empty: not known

    bool operator==(const RootStorage &) const = default;
};

/// By statfs(2)'s f_type; empty: none of those that matter here.
std::string_view file_system_name(std::uint32_t type);

struct StorageTrouble {
    std::string seen, remedy;
};
/// Nothing where none of the programs of a root of `arches` is emulated and of 32 bits, or where its numbers
/// fit.
std::optional<StorageTrouble> storage_trouble(const ArchSet &arches, const RootStorage &storage);

} // namespace frank::plan

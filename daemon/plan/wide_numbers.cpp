#include "daemon/plan/wide_numbers.hpp"

#include <utility>

namespace frank::plan {

namespace {

/// include/uapi/linux/magic.h, and the file systems' own headers.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 11> types{{{0xef53, "ext4"},
                                                                            {0x58465342, "xfs"},
                                                                            {0x9123683e, "btrfs"},
                                                                            {0x01021994, "tmpfs"},
                                                                            {0x794c7630, "overlay"},
                                                                            {0x6969, "nfs"},
                                                                            {0xf2f52010, "f2fs"},
                                                                            {0x65735546, "fuse"},
                                                                            {0x2fc12fc1, "zfs"},
                                                                            {0x01021997, "9p"},
                                                                            {0xca451a4e, "bcachefs"}}};

std::string small_ones(const ArchSet &arches) {
    constexpr std::uint8_t elf_class_32 = 1;
    std::string names;
    for (const ArchInfo &entry : arch_table())
        if (arches.contains(entry.arch) && !entry.native && entry.elf_class == elf_class_32)
            names += (names.empty() ? "" : ", ") + std::string(entry.debian);
    return names;
}

/// What makes them fit, where the file system has such a thing.
std::string cure_of(const RootStorage &storage) {
    if (storage.wide.inodes && storage.file_system == "xfs")
        return "mount that xfs with inode32; ";
    if (storage.wide.inodes && storage.file_system == "overlay")
        return "mount that overlay with xino=off; ";
    if (storage.file_system == "nfs")
        return "load the nfs module with enable_ino64=0; ";
    if (storage.wide.positions)
        return "keep the root on xfs or a tmpfs; ";
    return "keep the root on another file system; ";
}

} // namespace

std::string_view file_system_name(std::uint32_t type) {
    for (const auto &[number, name] : types)
        if (number == type)
            return name;
    return {};
}

std::optional<StorageTrouble> storage_trouble(const ArchSet &arches, const RootStorage &storage) {
    const std::string names = small_ones(arches);
    if (names.empty() || !storage.wide.any())
        return std::nullopt;
    const WideNumbers &wide = storage.wide;
    const std::string_view what = wide.inodes && wide.positions ? "inode numbers and directory positions"
                                  : wide.inodes                 ? "inode numbers"
                                                                : "directory positions";
    StorageTrouble trouble;
    trouble.seen = std::string(what) + " of its file system" +
                   (storage.file_system.empty() ? "" : " (" + storage.file_system + ")") +
                   " take 64 bits: emulated 32-bit programs (" + names +
                   ") may fail to list directories with \"Value too large for defined data type\"";
    trouble.remedy =
        cure_of(storage) +
        "or let such programs work below /tmp, a tmpfs; or build them with -D_FILE_OFFSET_BITS=64";
    return trouble;
}

} // namespace frank::plan

#include "daemon/guest/exec_view.hpp"

#include "daemon/guest/fd.hpp"

#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>

namespace frank::guest {

namespace {

/// In the file's own byte order.
std::uint32_t read_number(const unsigned char *bytes, unsigned count, bool little) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i)
        value = value << 8 | bytes[little ? count - 1 - i : i];
    return value;
}

} // namespace

bool read_elf_kind(int fd, ElfKind &kind) {
    unsigned char bytes[offsetof(Elf64_Ehdr, e_flags) + sizeof(Elf64_Word)];
    static_assert(sizeof bytes == sizeof(Elf32_Ehdr)); // no program is shorter
    if (::pread(fd, bytes, sizeof bytes, 0) != sizeof bytes || std::memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return false;
    kind.elf_class = bytes[EI_CLASS];
    kind.data = bytes[EI_DATA];
    const bool little = kind.data == ELFDATA2LSB;
    const std::size_t flags =
        kind.elf_class == ELFCLASS64 ? offsetof(Elf64_Ehdr, e_flags) : offsetof(Elf32_Ehdr, e_flags);
    kind.machine =
        static_cast<std::uint16_t>(read_number(bytes + offsetof(Elf64_Ehdr, e_machine), 2, little));
    kind.flags = read_number(bytes + flags, 4, little);
    return true;
}

ExecTableView::Opened ExecTableView::open(const char *path) {
    const Fd fd(::open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    struct stat file {};
    if (!fd || ::fstat(fd.get(), &file) < 0)
        return Opened::absent;
    // Outside of a session this may be anybody's: what root may execute is root's to say.
    if (file.st_uid != 0 || (file.st_mode & 022) != 0) {
        errno = EPERM;
        return Opened::absent;
    }
    const auto size = static_cast<std::uint64_t>(file.st_size);
    if (!S_ISREG(file.st_mode) || size < sizeof header_ || size > plan::exec_table_max_bytes)
        return Opened::damaged;
    if (size <= sizeof short_) {
        if (::pread(fd.get(), short_, size, 0) != file.st_size)
            return Opened::damaged;
        base_ = short_;
    } else {
        void *map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
        if (map == MAP_FAILED)
            return Opened::absent;
        base_ = static_cast<const char *>(map);
    }
    std::memcpy(&header_, base_, sizeof header_);
    const bool sound = header_.magic == plan::exec_table_magic && header_.size == size &&
                       holds(header_.emulator_offset, header_.emulator_count, sizeof(plan::ExecEmulator)) &&
                       holds(header_.route_offset, header_.route_count, sizeof(plan::ExecRoute));
    return sound ? Opened::yes : Opened::damaged;
}

bool ExecTableView::holds(std::uint32_t offset, std::uint64_t count, std::size_t size) const {
    return offset <= header_.size && count * size <= header_.size - offset;
}

template <class Entry> Entry ExecTableView::entry(std::uint32_t offset, std::uint32_t index) const {
    Entry result;
    std::memcpy(&result, base_ + offset + std::size_t{index} * sizeof result, sizeof result);
    return result;
}

const char *ExecTableView::string_at(std::uint32_t offset) const {
    if (offset >= header_.size || std::memchr(base_ + offset, '\0', header_.size - offset) == nullptr)
        return nullptr;
    return base_ + offset;
}

bool ExecTableView::find_emulator(const ElfKind &kind, EmulatorView &found) const {
    for (std::uint32_t i = 0; i < header_.emulator_count; ++i) {
        const auto candidate = entry<plan::ExecEmulator>(header_.emulator_offset, i);
        if (candidate.machine != kind.machine || candidate.elf_class != kind.elf_class ||
            candidate.data != kind.data || (kind.flags & candidate.flags_mask) != candidate.flags_value)
            continue;
        found = {string_at(candidate.path), string_at(candidate.options), candidate.option_count};
        if (found.path == nullptr || *found.path != '/' ||
            candidate.option_count > plan::exec_table_max_options)
            return false;
        return holds_strings(candidate.options, candidate.option_count);
    }
    return false;
}

bool ExecTableView::holds_strings(std::uint32_t offset, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i) {
        const char *text = string_at(offset);
        if (text == nullptr)
            return false;
        offset += static_cast<std::uint32_t>(std::strlen(text)) + 1;
    }
    return true;
}

bool ExecTableView::find_route(const char *path, const struct stat &file, RouteView &found) const {
    std::uint32_t low = 0;
    std::uint32_t high = header_.route_count;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        const auto route = entry<plan::ExecRoute>(header_.route_offset, middle);
        const char *candidate = string_at(route.path);
        if (candidate == nullptr)
            return false;
        const int order = std::strcmp(path, candidate);
        if (order != 0) {
            (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
            continue;
        }
        found = {string_at(route.native), string_at(route.rules), route.rule_count,
                 static_cast<std::uint16_t>(route.counter), false};
        found.valid = route.device == file.st_dev && route.inode == file.st_ino &&
                      route.size == static_cast<std::uint64_t>(file.st_size) &&
                      route.mtime_seconds == file.st_mtim.tv_sec &&
                      route.mtime_nanoseconds == static_cast<std::uint64_t>(file.st_mtim.tv_nsec);
        return found.native != nullptr && route.rule_count <= plan::exec_table_max_rules &&
               holds_strings(route.rules, route.rule_count);
    }
    return false;
}

} // namespace frank::guest

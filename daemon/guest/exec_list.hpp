// Lists of words for execve, without an allocator.
#pragma once

#include <cstddef>
#include <sys/mman.h>

namespace frank::guest {

/// Room for that many words, zeroed; nullptr and errno where there is no memory. Mapped, not on the stack:
/// there may be a hundred thousand. Never given back: exec does that.
inline const char **map_list(std::size_t room) {
    void *map =
        ::mmap(nullptr, room * sizeof(char *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return map == MAP_FAILED ? nullptr : static_cast<const char **>(map);
}

} // namespace frank::guest

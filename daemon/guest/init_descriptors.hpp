// Gives descriptors the numbers that a command is to see, whatever numbers they have now, and closes all
// others.
#pragma once

#include <cstddef>

namespace frank::guest {

struct Placement {
    int from;
    int to; ///< at most highest_job_fd; no two the same
};

/// A descriptor that stays open, O_CLOEXEC, above all numbers that are placed. -1: none.
struct Kept {
    int fd = -1;
};

/// 0, or errno; then `first` may still be written to.
int arrange(Placement *places, std::size_t count, Kept &first, Kept &second);

} // namespace frank::guest

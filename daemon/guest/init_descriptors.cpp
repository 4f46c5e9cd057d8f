#include "daemon/guest/init_descriptors.hpp"

#include "daemon/guest/init_request.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <unistd.h>

namespace frank::guest {

namespace {

int move_above(int fd, int floor) { return ::fcntl(fd, F_DUPFD_CLOEXEC, floor); }

/// Closes [from, to], both included.
void close_all(int from, int to) {
    if (from <= to)
        (void)::close_range(static_cast<unsigned>(from), static_cast<unsigned>(to), 0);
}

bool is_placed(const Placement *places, std::size_t count, int number) {
    for (std::size_t i = 0; i < count; ++i)
        if (places[i].to == number)
            return true;
    return false;
}

void close_unplaced(const Placement *places, std::size_t count, int floor) {
    int gap = 0;
    for (int number = 0; number < floor; ++number)
        if (is_placed(places, count, number)) {
            close_all(gap, number - 1);
            gap = number + 1;
        }
    close_all(gap, floor - 1);
}

} // namespace

int arrange(Placement *places, std::size_t count, Kept &first, Kept &second) {
    int floor = 3;
    for (std::size_t i = 0; i < count; ++i)
        if (places[i].to >= floor)
            floor = places[i].to + 1;
    // Everything goes above the numbers that are wanted before any of those is taken: so none is overwritten
    // while it is still a source.
    for (Kept *kept : {&first, &second})
        if (kept->fd >= 0) {
            const int moved = move_above(kept->fd, floor);
            if (moved < 0)
                return errno;
            kept->fd = moved;
        }
    for (std::size_t i = 0; i < count; ++i) {
        places[i].from = move_above(places[i].from, floor);
        if (places[i].from < 0)
            return errno;
    }
    for (std::size_t i = 0; i < count; ++i)
        if (::dup2(places[i].from, places[i].to) < 0)
            return errno;
    close_unplaced(places, count, floor);
    const int low = first.fd < second.fd ? first.fd : second.fd; // -1 where there is only one
    const int high = first.fd < second.fd ? second.fd : first.fd;
    close_all(floor, low - 1);
    close_all(low < floor ? floor : low + 1, high - 1);
    close_all(high < floor ? floor : high + 1, INT_MAX);
    return 0;
}

} // namespace frank::guest

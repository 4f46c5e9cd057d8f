// frankctl: asks frankend, over D-Bus, for what the user wants. Holds no privilege, and judges nothing for
// the daemon.
#include "client/command_line.hpp"
#include "client/failure.hpp"
#include "client/output.hpp"

#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <unistd.h>

namespace {

/// A missing 0, 1 or 2 would be taken by the first thing that frankctl opens, and passed on as a stream.
void fill_standard_streams() {
    for (int fd = 0; fd <= 2; ++fd)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", O_RDWR) != fd) // NOLINT: without O_CLOEXEC, as streams are
            std::exit(frank::client::refused);
}

} // namespace

int main(int argc, char **argv) {
    using namespace frank::client;
    try {
        fill_standard_streams();
        const auto request = read_command_line(argc, argv);
        return request ? request->action(request->invocation) : 0;
    } catch (const Interrupted &interrupted) {
        return interrupted.exit_status();
    } catch (const Failure &failure) {
        complain(failure.what());
        return failure.exit_status();
    } catch (const std::exception &error) {
        complain(error.what());
        return refused;
    }
}

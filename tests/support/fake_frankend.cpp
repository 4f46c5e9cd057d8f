// A stand-in for frankend with nothing behind it: the contract's objects, and commands that run right here.
// For tests of frankctl alone. Session names ask for special behaviour: see FakeSession::misbehave() and
// FakeManager.
#include "dbus-interfaces/names.hpp"
#include "tests/support/fake_job.hpp"
#include "tests/support/fake_objects.hpp"

#include <cstdio>
#include <poll.h>
#include <sys/signalfd.h>

int main(int argc, char **argv) {
    using namespace frank;
    if (argc != 2)
        return 2;
    sigset_t child;
    (void)sigemptyset(&child);
    (void)sigaddset(&child, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &child, nullptr);
    const int children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);

    const auto connection = sdbus::createSessionBusConnectionWithAddress(argv[1]);
    fake::World world(*connection);
    connection->requestName(contract::ServiceName{contract::bus_name});
    (void)std::puts("ready");
    (void)std::fflush(stdout);
    for (;;) {
        while (contract::process_pending(*connection)) {
        }
        const auto bus = connection->getEventLoopPollData();
        pollfd polled[2] = {{bus.fd, bus.events, 0}, {children, POLLIN, 0}};
        (void)poll(polled, 2, world.is_restless() ? 10 : bus.getPollTimeout());
        signalfd_siginfo news{};
        while (read(children, &news, sizeof news) > 0) {
        }
        world.look_around();
    }
}

// frank-net: the network of one session that has its own. frank-launcher runs it, in this machine's network,
// as a user who owns nothing, with two descriptors: the session's TAP interface and a lifeline.
#include "daemon/net/net_filter.hpp"
#include "daemon/net/user_network.hpp"
#include "daemon/plan/user_network.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace {

/// A session may have many connections at once, each a descriptor of ours.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit); // the lower one serves too
    }
}

} // namespace

int main() {
    using namespace frank;
    try {
        if (::fcntl(plan::user_network_tap_fd, F_GETFD) < 0 ||
            ::fcntl(plan::user_network_lifeline_fd, F_GETFD) < 0 || ::geteuid() == 0) {
            (void)std::fputs("frank-net: is run by frank-launcher, not by hand\n", stderr);
            return 2;
        }
        (void)std::signal(SIGPIPE, SIG_IGN);
        raise_descriptor_limit();
        sys::must(::prctl(PR_SET_DUMPABLE, 0), "become undumpable");
        sys::must(::fcntl(plan::user_network_tap_fd, F_SETFL, O_NONBLOCK), "change the interface");
        net::UserNetwork network{sys::Fd(plan::user_network_tap_fd)};
        net::load_net_filter();
        network.run(plan::user_network_lifeline_fd);
        return 0;
    } catch (const std::exception &error) {
        (void)std::fprintf(stderr, "frank-net: %s\n", error.what());
        return 1;
    }
}

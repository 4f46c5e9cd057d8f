// What frank-net may still ask of the kernel once it runs.
#pragma once

namespace frank::net {

/// Only what sockets, waiting and memory take; everything else is EPERM from here on. std::system_error.
void load_net_filter();

} // namespace frank::net

// The addresses inside a session that has a network of its own. frank-launcher gives them to the session's
// end, frank-net answers at the others.
#pragma once

#include <cstdint>

namespace frank::plan {

/// QEMU's user-mode network (qemu(1), -netdev user), which users know. Host byte order.
inline constexpr std::uint32_t user_network_address = 0x0a000200; ///< 10.0.2.0
inline constexpr std::uint32_t user_network_mask = 0xffffff00;
inline constexpr std::uint32_t user_network_gateway = 0x0a000202;    ///< 10.0.2.2
inline constexpr std::uint32_t user_network_nameserver = 0x0a000203; ///< 10.0.2.3
inline constexpr std::uint32_t user_network_session = 0x0a00020f;    ///< 10.0.2.15

/// Both ends of a tap inside one machine: large packets cost fewer system calls. libslirp takes up to 65521
/// (IF_MTU_MAX).
inline constexpr std::uint32_t user_network_mtu = 65520;

/// frank-net is run with these open, and nothing else.
inline constexpr int user_network_tap_fd = 3;
inline constexpr int user_network_lifeline_fd = 4; ///< end of file: the session is over

} // namespace frank::plan

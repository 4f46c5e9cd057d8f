// frankend → frank-launcher: one SOCK_SEQPACKET message of this struct, plus descriptors. It is all that
// frank-launcher can be asked for: no path, no mount option, no interpreter and no magic travels.
// frank-launcher treats its sender as possibly compromised and checks every field (check()).
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/instance.hpp"
#include "daemon/plan/resource_limits.hpp"
#include "daemon/plan/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace frank::plan {

inline constexpr std::uint32_t launch_magic = 0x314e5246; // "FRN1"
inline constexpr std::uint32_t launch_version = 5;

/// On-disk ids of trees that frankend makes (systemd's UIDS-GIDS: "foreign UID range"), so that a setuid-root
/// file in an image belongs to nobody on this machine.
inline constexpr std::uint32_t foreign_id_base = 2147352576;
inline constexpr std::uint32_t id_range_size = 65536;
/// Nobody's on disk, not even a tree's (UIDS-GIDS: unused, between the container and the foreign range).
inline constexpr std::uint32_t unused_id = foreign_id_base - 1;
/// Where ranges for sessions may lie (systemd's UIDS-GIDS: container range).
inline constexpr std::uint32_t id_base_min = 524288;
inline constexpr std::uint32_t id_base_max = 1879048191 - id_range_size;

/// Trees one over the other, the own one not counted. The kernel takes 500 (overlayfs.rst); each costs every
/// look at a name that is not there.
inline constexpr std::size_t max_layers = 64;

/// In a start_workshop: work that needs no tree, such as running a probe.
inline constexpr Instance no_instance{};

enum class LaunchOp : std::uint8_t {
    start_session = 1,  ///< namespaces whose root is the instance's tree
    start_workshop = 2, ///< namespaces with this machine's tools read-only and the instance's tree at /target
    make_tree = 3,      ///< an empty tree in frank-launcher's own storage
    adopt_tree = 4,     ///< remember a directory, given as a descriptor, as the instance's tree
    drop_tree = 5,      ///< forget the instance: the (emptied) tree of make_tree, or the memory of adopt_tree
    diagnose = 6,       ///< tell what this machine has: LaunchFacts
    host_table = 7, ///< have exactly these entries of ours in this machine's own binfmt table; others' that
                    ///< had their names are put back
    make_twins = 8, ///< as make_tree, for native twins: all sessions may see it
    lend_twins = 9, ///< a mount of such a tree, read-only, which comes with the reply
    lend_directory =
        10,          ///< a mount of an adopted directory for one session's ids, which comes with the reply
    lend_cache = 11, ///< the same of a tree for what compilers made, which is made where it is missing
    make_layer = 12, ///< as make_tree, over the tree of `base`: a session sees both, and changes this one
};

enum class Network : std::uint8_t {
    none = 0, ///< of its own, loopback alone
    host = 1, ///< this machine's, abstract sockets fenced off
    user = 2, ///< of its own, with a way out through frank-net
};

constexpr bool is_own(Network network) { return network != Network::host; }

/// Whose ids a tree has on disk.
enum class DiskIds : std::uint8_t {
    foreign = 0, ///< foreign_id_base + id
    plain = 1,   ///< the ids themselves: a directory that an administrator gave
    owner = 2,   ///< one id only: the owner's uid is the session's root, and so is the owner's own group
};

struct LaunchRequest {
    std::uint32_t magic = launch_magic;
    std::uint32_t version = launch_version;
    LaunchOp op = LaunchOp::start_session;
    Network network = Network::none;
    DiskIds disk_ids = DiskIds::foreign;
    std::uint8_t arch_count = 0;
    std::array<Arch, 8> arches{};    ///< what to register; native ones are not listed
    Instance instance{};             ///< random id; names the tree in frank-launcher's storage
    std::uint32_t id_base = 0;       ///< first host id of the session's range; 64 Ki aligned
    std::uint32_t owner_uid = 0;     ///< who it is for: DiskIds::owner, and the journal
    std::array<char, 64> hostname{}; ///< a SessionName, NUL-padded
    Arch emulator = Arch::none; ///< one of `arches` whose emulator comes as a descriptor: its bytes, sealed
    Arch arch = Arch::none;     ///< what the root is for, where that is known
    std::uint64_t for_sessions = 0; ///< host_table: bit N is Arch N
    std::uint64_t for_programs = 0; ///< host_table: the same, for programs outside of sessions
    std::uint8_t writable =
        0;                   ///< lend_directory: 1: only where owner_uid owns the directory, and is not root
    ResourceLimits limits{}; ///< start_session: of all that runs in it
    Instance base{};         ///< make_layer: never changed by anybody while there is a layer over it
};

/// The bit of `arch` in a host_table request.
constexpr std::uint64_t table_bit(Arch arch) { return std::uint64_t{1} << static_cast<unsigned>(arch); }
/// Each architecture of a set of bits that is known and emulated.
std::vector<Arch> arches_of_bits(std::uint64_t bits);

/// Where the entries of a session are.
enum class TableKind : std::uint8_t {
    unknown = 0,
    own = 1,  ///< a table for each session (Linux 6.7 and later)
    host = 2, ///< this machine's one table
};

/// "own", "host", "".
std::string_view to_text(TableKind kind);

/// Descriptors that follow a request, in this order.
///   start_session, start_workshop: control listener (frank-init's), supervisor listener, exec table (sealed
///   memfd), the board's texts (sealed memfd, board_files.hpp), where `emulator` is not none the emulator
///   (sealed memfd)
///   adopt_tree: the directory (O_PATH)
inline constexpr std::size_t max_launch_fds = 5;

/// qemu-user is some 5 MiB, 60 with its debug information.
inline constexpr std::uint64_t max_emulator_bytes = std::uint64_t{128} << 20;

/// What frank-launcher was doing when it failed; told in words by describe().
enum class Rung : std::uint8_t {
    none = 0,
    request,
    storage,
    open_tree,
    emulator,
    id_map,
    host_files,
    namespaces,
    mount_step, ///< `step` is the index in the mount plan
    binfmt,
    proc,
    pivot,
    session,
    exec_init,
    network,
    host_table,
    limits,
};

struct LaunchReply {
    std::uint32_t magic = launch_magic;
    std::uint32_t version = launch_version;
    Rung rung = Rung::none; ///< none: it worked
    std::uint8_t step = 0;
    TableKind table = TableKind::unknown; ///< host_table: which one sessions get here
    std::uint8_t reserved = 0;
    std::int32_t error = 0;         ///< errno
    std::int32_t init_pid = 0;      ///< host pid of frank-init
    std::uint32_t tree_owner = 0;   ///< adopt_tree: st_uid of the directory
    std::array<char, 160> detail{}; ///< which target or file; data, may hold anything
};

/// With the reply to a host_table request comes this machine's table: a directory that cannot be written to.
/// With the reply to lend_twins a detached mount (open_tree(2)). Its files belong to no id that a session
/// has, so that nothing in it can be changed there, whatever becomes of the mount's flags. With the reply to
/// lend_directory and lend_cache a detached mount whose flags nobody in the session can take back.
constexpr bool has_descriptor(LaunchOp op) {
    return op == LaunchOp::host_table || (op >= LaunchOp::lend_twins && op <= LaunchOp::lend_cache);
}

/// supervisor socket: one byte in, SIGKILL to the session; end of file out, the session is gone and cleaned
/// up.
inline constexpr char supervisor_kill = 'K';

Result<void> check(const LaunchRequest &request);
/// A root for a 32-bit architecture that this machine runs by itself: its programs are to see a 32-bit
/// machine (personality(2), PER_LINUX32), or configure scripts would build for the 64-bit one. Emulators do
/// that by themselves.
bool is_native_32_bit(const LaunchRequest &request);
/// One line for people: "could not mount /dev/pts: Operation not permitted".
Refusal to_refusal(const LaunchReply &reply, const LaunchRequest &request);

} // namespace frank::plan

#include "daemon/launcher/serve.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/host_table.hpp"
#include "daemon/launcher/ladder.hpp"
#include "daemon/launcher/lend.hpp"
#include "daemon/launcher/network.hpp"
#include "daemon/launcher/resource_group.hpp"
#include "daemon/launcher/storage.hpp"
#include "daemon/launcher/supervisor.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/message_socket.hpp"

#include <array>
#include <cstdio>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

using plan::LaunchOp;
using plan::LaunchReply;
using plan::LaunchRequest;
using plan::Rung;

void answer(int connection, const LaunchReply &reply) {
    (void)sys::send_message(connection, std::as_bytes(std::span(&reply, 1)), {});
}

/// The request is checked here whoever sent it: frankend may be in wrong hands.
LaunchRequest receive_request(int connection, std::vector<sys::Fd> &fds) {
    pollfd readable{connection, POLLIN, 0};
    sys::Message message;
    if (::poll(&readable, 1, 5000) != 1 ||
        sys::receive_message(connection, message, sizeof(LaunchRequest), plan::max_launch_fds) !=
            sys::Received::message ||
        message.bytes.size() != sizeof(LaunchRequest))
        fail(Rung::request, "(no whole request came)", EPROTO);
    LaunchRequest request;
    std::memcpy(&request, message.bytes.data(), sizeof request);
    if (const auto good = plan::check(request); !good)
        fail(Rung::request, good.error().message, EINVAL);
    fds = std::move(message.fds);
    return request;
}

void start(sys::Fd &connection, const LaunchRequest &request, std::vector<sys::Fd> fds,
           const Settings &settings) {
    Started started;
    sys::Fd listener;
    ResourceFiles resources;
    {
        const Storage storage(settings.storage);
        Blueprint blueprint = draw(request, std::move(fds), storage, settings);
        if (request.op == LaunchOp::start_session) {
            ResourceGroup group(request.limits, storage.open(request));
            started = climb(blueprint);
            group.leave();
            resources = group.release();
        } else
            started = climb(blueprint);
        if (request.network == plan::Network::user)
            give_network(started, request, settings.libexec);
        listener = std::move(blueprint.supervisor);
    } // every descriptor of the tree and of this machine's files is closed from here on
    drop_privilege(request.id_base);
    LaunchReply reply;
    reply.init_pid = started.init_pid;
    answer(connection.get(), reply);
    if (request.op == LaunchOp::start_session)
        connection.reset();
    supervise(std::move(started), resources, std::move(listener), std::move(connection));
}

/// Does what a creation does, in our own storage, and undoes it.
void try_storage(const Storage &storage, plan::LaunchRequest request) {
    request.disk_ids = plan::DiskIds::foreign;
    request.id_base = plan::id_base_min;
    if (::getrandom(request.instance.data(), request.instance.size(), 0) !=
        static_cast<ssize_t>(request.instance.size()))
        fail(Rung::storage, "random numbers");
    storage.make(request);
    try {
        (void)clone_tree(request, storage);
    } catch (const LaunchError &) {
        storage.drop(request);
        throw;
    }
    storage.drop(request);
}

void store(int connection, const LaunchRequest &request, const std::vector<sys::Fd> &fds,
           const Settings &settings) {
    const Storage storage(settings.storage);
    LaunchReply reply;
    if (request.op == LaunchOp::make_tree)
        storage.make(request);
    else if (request.op == LaunchOp::make_twins)
        storage.make_twins(request);
    else if (request.op == LaunchOp::make_layer)
        storage.make_layer(request);
    else if (request.op == LaunchOp::drop_tree)
        storage.drop(request);
    else if (request.op == LaunchOp::diagnose)
        try_storage(storage, request);
    else if (request.op == LaunchOp::adopt_tree && fds.size() == 1)
        reply.tree_owner = storage.adopt(request, fds[0].get());
    else if (request.op == LaunchOp::adopt_tree)
        fail(Rung::request, "an adoption without a directory", EINVAL);
    answer(connection, reply);
}

void keep_table(int connection, const LaunchRequest &request, const Settings &settings) {
    LaunchReply reply;
    reply.table = private_tables(settings) ? plan::TableKind::own : plan::TableKind::host;
    HostTable table(settings);
    table.set(request, reply.table);
    const sys::Fd view = table.view();
    (void)sys::send_message(connection, std::as_bytes(std::span(&reply, 1)), std::array{view.get()});
}

void lend(int connection, const LaunchRequest &request, const Settings &settings) {
    const Storage storage(settings.storage);
    const sys::Fd mount = request.op == LaunchOp::lend_twins   ? lend_twins(request, storage)
                          : request.op == LaunchOp::lend_cache ? lend_cache(request, storage)
                                                               : lend_directory(request, storage);
    const LaunchReply reply;
    (void)sys::send_message(connection, std::as_bytes(std::span(&reply, 1)), std::array{mount.get()});
}

} // namespace

void serve(sys::Fd connection, const Settings &settings) noexcept {
    try {
        std::vector<sys::Fd> fds;
        const LaunchRequest request = receive_request(connection.get(), fds);
        if (request.op == LaunchOp::host_table)
            keep_table(connection.get(), request, settings);
        else if (plan::has_descriptor(request.op))
            lend(connection.get(), request, settings);
        else if (request.op == LaunchOp::start_session || request.op == LaunchOp::start_workshop)
            start(connection, request, std::move(fds), settings);
        else
            store(connection.get(), request, fds, settings);
    } catch (const LaunchError &error) {
        answer(connection.get(), reply_of(error.what));
    } catch (const std::system_error &error) {
        answer(connection.get(), reply_of(failure(Rung::session, error.code().value(), error.what())));
    } catch (const std::exception &error) {
        answer(connection.get(), reply_of(failure(Rung::session, ENOMEM, error.what())));
    }
}

int listen_and_serve(const std::string &path, uid_t peer_uid, const Settings &settings) {
    const sys::Fd listener = sys::listen_seqpacket(path, 64);
    if (::chown(path.c_str(), peer_uid, static_cast<gid_t>(-1)) != 0 || ::chmod(path.c_str(), 0600) != 0)
        sys::breakage("give the socket to its peer");
    for (;;) {
        pollfd readable{listener.get(), POLLIN, 0};
        if (::poll(&readable, 1, -1) < 0 && errno != EINTR)
            sys::breakage("wait for a connection");
        sys::Fd connection(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection)
            continue;
        const uid_t uid = sys::peer_uid(connection.get());
        if (uid != peer_uid && uid != 0)
            continue;
        const pid_t child = ::fork();
        if (child < 0)
            continue; // the peer sees end of file
        if (child == 0) {
            struct sigaction action {};
            action.sa_handler = SIG_DFL;
            (void)::sigaction(SIGCHLD, &action, nullptr);
            serve(std::move(connection), settings);
            ::_exit(0);
        }
    }
}

} // namespace frank::launcher

// frank-launcher: builds one session, then gives up every privilege and watches over it. Started by systemd
// for each connection (frank-launcher.socket, Accept=yes), or by hand with --listen where there is no
// systemd.

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/host_table.hpp"
#include "daemon/launcher/serve.hpp"
#include "paths.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

namespace {

int run(int argc, char **argv) {
    frank::launcher::Settings settings{"/var/lib/frank-launcher", frank::paths::libexec};
    std::string listen_at;
    unsigned peer = 0;
    CLI::App app{"Builds frankend's sessions. Not for use by hand."};
    app.set_version_flag("--version", std::string("frank-launcher ") + frank::paths::version);
    app.add_option("--storage", settings.storage, "Directory for trees; root's alone")->capture_default_str();
    app.add_option("--libexec", settings.libexec, "Directory of frank-init, frank-exec and frank-tree")
        ->capture_default_str();
    auto *listen = app.add_option("--listen", listen_at, "Listen here, where there is no systemd");
    app.add_option("--peer-uid", peer, "With --listen: the uid that may connect")->needs(listen);
    app.add_option("--run", settings.run, "Directory of binfmt.d and modprobe.d")->capture_default_str();
    app.add_option("--table", settings.table, "Take this binfmt_misc for the machine's own; for tests");
    bool shared = false;
    app.add_flag("--no-private-tables", shared, "As on a kernel before 6.7; for tests");
    bool mend = false;
    auto *mending = app.add_flag("--mend-table", mend,
                                 "Put what is missing of ours into the machine's binfmt table again");
    bool quiet = false;
    app.add_flag("--until-quiet", quiet, "Where something was, until nothing has been missing for a second")
        ->needs(mending);
    bool let_go = false;
    app.add_flag("--let-go-of-table", let_go, "Put the machine's binfmt table back as it was before us");
    CLI11_PARSE(app, argc, argv);
    settings.private_tables = !shared;

    (void)::umask(077);
    (void)std::signal(SIGPIPE, SIG_IGN);
    if (::geteuid() != 0) {
        (void)std::fputs("frank-launcher: must be started as root, by systemd\n", stderr);
        return 1;
    }
    if (quiet)
        frank::launcher::mend_until_quiet(settings, std::chrono::seconds(1));
    else if (mend)
        (void)frank::launcher::HostTable(settings).mend();
    else if (let_go)
        frank::launcher::HostTable(settings).let_go();
    if (mend || let_go)
        return 0;
    if (!listen_at.empty()) {
        (void)std::signal(SIGCHLD, SIG_IGN); // the kernel reaps those who serve
        return frank::launcher::listen_and_serve(listen_at, peer, settings);
    }
    if (::sd_listen_fds(1) != 1) {
        (void)std::fputs("frank-launcher: no connection from systemd; use --listen without it\n", stderr);
        return 1;
    }
    frank::launcher::serve(frank::sys::Fd(SD_LISTEN_FDS_START), settings);
    return 0;
}

} // namespace

int main(int argc, char **argv) {
    try {
        return run(argc, argv);
    } catch (const frank::launcher::LaunchError &error) {
        const auto told = frank::plan::to_refusal(frank::launcher::reply_of(error.what), {});
        (void)std::fprintf(stderr, "frank-launcher: %s\n", told.message.c_str());
        return 1;
    } catch (const std::exception &error) {
        (void)std::fprintf(stderr, "frank-launcher: %s\n", error.what());
        return 1;
    }
}

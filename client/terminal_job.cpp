#include "client/terminal_job.hpp"

#include "client/attendant.hpp"
#include "client/copier.hpp"
#include "client/emulator_file.hpp"
#include "client/polkit_agent.hpp"
#include "client/terminal.hpp"

#include <csignal>
#include <fcntl.h>

namespace frank::client {

namespace {

constexpr std::string_view end_of_file = "\x04"; // what Ctrl-D sends

Fd duplicate(int fd) {
    Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy)
        throw system_failure("fcntl");
    return copy;
}

/// The session's terminal and the caller's, joined. The command gets SIGHUP when every copy of the master is
/// closed.
class Bridge {
  public:
    Bridge(EventLoop &loop, Fd master)
        : master_(std::move(master)), peer_(ioctl(master_.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)),
          input_(loop, own_description(STDIN_FILENO, O_RDONLY), duplicate(master_.get()),
                 is_terminal(STDIN_FILENO) ? std::string_view() : end_of_file),
          output_(loop, duplicate(master_.get()), own_description(STDOUT_FILENO, O_WRONLY)) {
        // A pipe that ends is Ctrl-D; a terminal that ends has been hung up, and so is the session's.
        if (is_terminal(STDIN_FILENO))
            input_.on_end([this](Copier::End end) {
                if (end == Copier::End::source)
                    hang_up();
            });
        // Where nobody holds the session's terminal, the command may still run: it is not hung up for that.
        output_.on_end([this](Copier::End end) {
            if (end == Copier::End::sink)
                hang_up();
        });
    }

    void resize() {
        if (const auto size = terminal_size(); size && master_)
            (void)ioctl(master_.get(), TIOCSWINSZ, &*size);
    }

    void hang_up() {
        master_.close();
        peer_.close();
        input_.stop();
        output_.stop();
    }

    bool settle() { return output_.settle(); }

  private:
    Fd master_;
    /// Keeps the terminal open while its session holds no descriptor of it, as between a command's last close
    /// and its end, or before it opens /dev/tty: reading the master would fail. None: then output ends there.
    Fd peer_;
    Copier input_;
    Copier output_;
};

struct Entered {
    std::string path;
    Fd master;
};

Entered enter(DaemonLink &link, Attendant &attendant, const CommandOptions &options,
              const std::vector<std::string> &argv) {
    SessionRemote session = link.session(options.session);
    const std::string about = session_title(options.session);
    Options details;
    if (!options.user.empty())
        details["user"] = sdbus::Variant{text_argument("--user", options.user)};
    if (!options.cpu.empty())
        details["cpu"] = sdbus::Variant{text_argument("--cpu", options.cpu)};
    EmulatorFile(options.emulator).add_to(details);
    if (options.ephemeral)
        details["ephemeral"] = sdbus::Variant{true};
    if (const auto size = terminal_size()) {
        details["rows"] = sdbus::Variant{std::uint32_t{size->ws_row}};
        details["columns"] = sdbus::Variant{std::uint32_t{size->ws_col}};
    }
    const ByteStrings env = bytes_of(environment_of(options, true));
    return authorised(link.globals(), [&](bool interactive) {
        details["interactive"] = sdbus::Variant{interactive};
        const auto [path, terminal] = attendant.await(
            send<sdbus::ObjectPath, sdbus::UnixFd>(session.object(), contract::session_interface, "Enter",
                                                   bytes_of(argv), bytes_of(options.workdir), env, details),
            about);
        Fd master = duplicate(terminal.get());
        if (fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK) != 0)
            throw system_failure("fcntl");
        return Entered{path, std::move(master)};
    });
}

/// Joins the terminals until the command has ended. The caller's is as it was when this returns.
JobEnd bridge_until_end(DaemonLink &link, Attendant &attendant, Entered entered) {
    const RawMode raw(STDIN_FILENO, is_terminal(STDOUT_FILENO));
    Bridge bridge(attendant.loop(), std::move(entered.master));
    attendant.on_signal([&](int signal) {
        if (signal == SIGWINCH)
            bridge.resize();
        else if (signal == SIGHUP) // the caller's terminal is gone, and so is whoever would read a status
            throw Interrupted(signal);
        else
            send_signal(link, entered.path, signal);
    });
    bridge.resize();
    JobEnd end = wait_for_end(link, attendant.loop(), entered.path);
    attendant.let_signals_end();
    while (bridge.settle())
        attendant.loop().turn();
    return end;
}

} // namespace

int run_on_terminal(DaemonLink &link, const CommandOptions &options, const std::vector<std::string> &argv) {
    Attendant attendant(link);
    Entered entered = enter(link, attendant, options, argv);
    const std::string path = entered.path;
    const JobEnd end = bridge_until_end(link, attendant, std::move(entered));
    tell_breakage(link, path);
    return exit_status_of(end, job_title(job_id(path)));
}

} // namespace frank::client

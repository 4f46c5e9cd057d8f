#include "tests/support/fake_job.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::fake {

namespace {

/// All that it started too; it alone in the moment before it leads a session.
void signal_command(pid_t pid, int signal) {
    if (kill(-pid, signal) != 0)
        (void)kill(pid, signal);
}

} // namespace

FakeJob::FakeJob(sdbus::IConnection &connection, std::string id, std::string kind, std::string session)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::job_path(id)}), id_(std::move(id)),
      kind_(std::move(kind)), session_(std::move(session)) {
    registerAdaptor();
}

FakeJob::~FakeJob() { unregisterAdaptor(); }

sdbus::ObjectPath FakeJob::path() const { return sdbus::ObjectPath{contract::job_path(id_)}; }

void FakeJob::end(End end) {
    end_ = std::move(end);
    for (const WaitResult &result : std::exchange(waiting_, {}))
        result.returnResults(std::get<0>(end_), std::get<1>(end_), std::get<2>(end_), std::get<3>(end_));
}

void FakeJob::progress(const std::string &what, std::uint64_t done, std::uint64_t total,
                       const std::string &unit) {
    progress_ = {what, done, total, unit};
    getObject().emitPropertiesChangedSignal(contract::InterfaceName{contract::job_interface},
                                            {contract::PropertyName{"Progress"}});
}

void FakeJob::look_around() {
    if (terminal >= 0) {
        char buffer[4096];
        for (ssize_t count = 0; (count = read(terminal, buffer, sizeof buffer)) > 0;)
            (void)!write(log, buffer, static_cast<std::size_t>(count));
    }
    if (kind_ == "create" && runs())
        progress("unpacking\x1b[5m", progress_.get<1>() + (1U << 20U), 451U << 20U, "bytes");
    int status = 0;
    if (pid <= 0 || waitpid(pid, &status, WNOHANG) != pid)
        return;
    pid = -1;
    look_around();
    if (WIFEXITED(status))
        end({"exited", WEXITSTATUS(status), "", ""});
    else
        end({"killed", WTERMSIG(status), "", ""});
}

void FakeJob::Wait(WaitResult &&result) {
    if (runs())
        waiting_.push_back(std::move(result));
    else
        result.returnResults(std::get<0>(end_), std::get<1>(end_), std::get<2>(end_), std::get<3>(end_));
}

void FakeJob::Signal(sdbus::Result<> &&result, std::int32_t signal, Options) {
    if (pid > 0)
        signal_command(pid, signal);
    result.returnResults();
}

void FakeJob::Resize(sdbus::Result<> &&result, std::uint32_t, std::uint32_t, Options) {
    result.returnResults();
}

void FakeJob::OpenLog(sdbus::Result<sdbus::UnixFd> &&result, Options) {
    if (log < 0) {
        result.returnError(
            contract::make_error(entry_of(Error::invalid_state).dbus_name, "the job has no log"));
        return;
    }
    const std::string path = "/proc/self/fd/" + std::to_string(log);
    result.returnResults(sdbus::UnixFd{open(path.c_str(), O_RDONLY | O_CLOEXEC), sdbus::adopt_fd});
}

void FakeJob::Cancel(sdbus::Result<> &&result, Options) {
    result.returnResults();
    if (pid > 0)
        signal_command(pid, SIGTERM);
    else if (runs() && ends_when_cancelled)
        end({"cancelled", 0, "", ""});
}

} // namespace frank::fake

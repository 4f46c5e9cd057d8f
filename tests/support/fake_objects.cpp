#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace frank::fake {

namespace {

std::string text(const Bytes &bytes) { return {bytes.begin(), bytes.end()}; }

bool is_set(const Options &options, const char *key) {
    const auto found = options.find(key);
    return found != options.end() && found->second.get<bool>();
}

template <class Result> void refuse(const Result &result, Error error, const std::string &message) {
    result.returnError(contract::make_error(entry_of(error).dbus_name, message));
}

struct Child {
    std::vector<std::string> argv;
    std::vector<std::string> env{"PATH=/usr/bin:/bin", "HOME=/"};
    std::string cwd;
    std::map<int, int> fds; ///< in the child → here
    bool terminal = false;
};

[[noreturn]] void become(Child &child) {
    std::vector<char *> argv;
    std::vector<char *> env;
    for (std::string &word : child.argv)
        argv.push_back(word.data());
    for (std::string &entry : child.env)
        env.push_back(entry.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);
    (void)setsid();
    // First out of the way of 0, 1, 2 and so on, then to their places.
    for (auto &[to, from] : child.fds)
        from = fcntl(from, F_DUPFD_CLOEXEC, 100);
    (void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int fd = 0; fd <= 2; ++fd)
        (void)dup2(open("/dev/null", O_RDWR | O_CLOEXEC), fd);
    for (const auto &[to, from] : child.fds)
        (void)dup2(from, to);
    if (child.terminal)
        (void)ioctl(0, TIOCSCTTY, 0);
    (void)chdir(child.cwd.empty() ? "/" : child.cwd.c_str());
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    (void)execvpe(argv[0], argv.data(), env.data());
    _exit(99);
}

/// Where the command is; nothing and the refusal sent where it is not.
template <class Result> bool can_run(const Result &result, const std::string &command) {
    std::string path = command;
    if (command.find('/') == std::string::npos)
        path = "/usr/bin/" + command;
    if (access(path.c_str(), F_OK) != 0) {
        refuse(result, Error::command_not_found, "no such command: " + command);
        return false;
    }
    if (access(path.c_str(), X_OK) != 0) {
        refuse(result, Error::command_not_executable, "cannot be executed: " + command);
        return false;
    }
    return true;
}

Child child_of(const ByteStrings &argv, const Bytes &cwd, const ByteStrings &env) {
    Child child;
    child.cwd = text(cwd);
    std::transform(argv.begin(), argv.end(), std::back_inserter(child.argv), text);
    std::transform(env.begin(), env.end(), std::back_inserter(child.env), text);
    return child;
}

int open_master(winsize size) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    (void)grantpt(master);
    (void)unlockpt(master);
    (void)ioctl(master, TIOCSWINSZ, &size);
    return master;
}

pid_t launch(Child &child) {
    const pid_t pid = fork();
    if (pid == 0)
        become(child);
    return pid;
}

unsigned short number(const Options &options, const char *key) {
    const auto found = options.find(key);
    return static_cast<unsigned short>(found == options.end() ? 0 : found->second.get<std::uint32_t>());
}

} // namespace

FakeSession::FakeSession(World &world, sdbus::IConnection &connection, std::string name)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::session_path(name)}), world_(world),
      name_(std::move(name)) {
    registerAdaptor();
}

FakeSession::~FakeSession() { unregisterAdaptor(); }

template <class Result> bool FakeSession::misbehave(Result &result, const Options &options) {
    if (name_ == "dying")
        _exit(0);
    if (name_ == "silent")
        return true;
    if (name_ == "denied" || (name_ == "locked" && !is_set(options, "interactive"))) {
        refuse(result, Error::not_authorized, "not allowed:\x1b[31m you\nshall not pass");
        return true;
    }
    return false;
}

void FakeSession::Start(sdbus::Result<> &&result, Options options) {
    if (!misbehave(result, options))
        result.returnResults();
}

void FakeSession::Stop(sdbus::Result<> &&result, Options options) {
    Start(std::move(result), std::move(options));
}

void FakeSession::Destroy(JobResult &&result, Options options) {
    if (misbehave(result, options))
        return;
    if (!is_set(options, "force")) {
        refuse(result, Error::busy, "session '" + name_ + "' runs; stop it first, or use --force");
        return;
    }
    FakeJob &job = world_.add_job("destroy", name_);
    job.end({"exited", 0, "", ""});
    result.returnResults(job.path());
}

void FakeSession::Spawn(JobResult &&result, ByteStrings argv, Bytes cwd, ByteStrings env, Descriptors fds,
                        Options options) {
    if (misbehave(result, options) || !can_run(result, text(argv.at(0))))
        return;
    FakeJob &job = world_.add_job("command", name_);
    Child child = child_of(argv, cwd, env);
    job.description = child.argv.front();
    for (const auto &[number_inside, fd] : fds) {
        if (isatty(fd.get()) == 1) {
            refuse(result, Error::invalid_argument, "a terminal was passed");
            return;
        }
        child.fds[static_cast<int>(number_inside)] = fd.get();
    }
    int slave = -1;
    if (is_set(options, "log")) {
        job.log = memfd_create("log", MFD_CLOEXEC);
        (void)fcntl(job.log, F_SETFL, O_APPEND);
        if (is_set(options, "tty")) {
            job.terminal = open_master({24, 80, 0, 0});
            (void)fcntl(job.terminal, F_SETFL, O_RDWR | O_NONBLOCK);
            slave = ioctl(job.terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
            child.terminal = true;
            child.fds = {{0, slave}, {1, slave}, {2, slave}};
        } else {
            child.fds.insert({{1, job.log}, {2, job.log}});
        }
    }
    job.pid = launch(child);
    if (slave >= 0)
        (void)close(slave);
    result.returnResults(job.path());
}

void FakeSession::Enter(sdbus::Result<sdbus::ObjectPath, sdbus::UnixFd> &&result, ByteStrings argv, Bytes cwd,
                        ByteStrings env, Options options) {
    if (argv.empty())
        argv = {{'/', 'b', 'i', 'n', '/', 's', 'h'}};
    if (misbehave(result, options) || !can_run(result, text(argv.at(0))))
        return;
    FakeJob &job = world_.add_job("command", name_);
    Child child = child_of(argv, cwd, env);
    const int master = open_master({number(options, "rows"), number(options, "columns"), 0, 0});
    const int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    child.fds = {{0, slave}, {1, slave}, {2, slave}};
    child.terminal = true;
    job.pid = launch(child);
    (void)close(slave);
    result.returnResults(job.path(), sdbus::UnixFd{master, sdbus::adopt_fd});
}

FakeManager::FakeManager(World &world, sdbus::IConnection &connection)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::manager_path}), world_(world) {
    registerAdaptor();
}

FakeManager::~FakeManager() { unregisterAdaptor(); }

void FakeManager::create(JobResult &&result, const std::string &name, const std::string &source) {
    if (name == "taken") {
        refuse(result, Error::already_exists, "there is a session 'taken' already");
        return;
    }
    FakeJob &job = world_.add_job("create", name);
    job.description = source;
    job.ends_when_cancelled = name != "stubborn";
    result.returnResults(job.path());
    if (name == "broken")
        job.end({"failed", 0, "the archive ends too early\x1b[2J", "org.frankend1.Error.BadImage"});
    else if (name != "slow" && name != "stubborn")
        job.end({"exited", 0, "", ""});
}

void FakeManager::CreateFromDirectory(JobResult &&result, std::string name, sdbus::UnixFd directory,
                                      Options) {
    struct stat status {};
    const bool path_only = (fcntl(directory.get(), F_GETFL) & O_PATH) != 0;
    if (fstat(directory.get(), &status) != 0 || !S_ISDIR(status.st_mode) || path_only)
        refuse(result, Error::invalid_argument, "that is not a readable descriptor of a directory");
    else
        create(std::move(result), name, "directory");
}

void FakeManager::CreateFromArchive(JobResult &&result, std::string name, sdbus::UnixFd archive, Options) {
    char buffer[4096];
    ssize_t total = 0;
    for (ssize_t count = 0; (count = read(archive.get(), buffer, sizeof buffer)) > 0;)
        total += count;
    create(std::move(result), name, "archive of " + std::to_string(total));
}

void FakeManager::CreateFromDebian(JobResult &&result, std::string name, std::string suite, Options options) {
    std::string packages;
    if (const auto found = options.find("include"); found != options.end())
        for (const std::string &package : found->second.get<std::vector<std::string>>())
            packages += " " + package;
    create(std::move(result), name, suite + packages);
}

std::vector<std::string> FakeManager::DescribePlan(const std::string &name, const Options &options) {
    return {"root of " + name + " from a " + options.at("kind").get<std::string>(), "esc \x1b[1m", "proc"};
}

void FakeManager::ListEmulators(sdbus::Result<EmulatorList> &&result) {
    EmulatorList list;
    list.emplace_back("/usr/bin/qemu-aarch64-static", "qemu-aarch64 version 7.2.22", true,
                      std::vector<std::string>{"arm64"}, "ok", "runs a program of arm64");
    list.emplace_back("/usr/bin/qemu-arm", "", false, std::vector<std::string>{"armhf", "armel"}, "failure",
                      "dynamically linked");
    result.returnResults(list);
}

void FakeManager::Diagnose(
    sdbus::Result<std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>>> &&result) {
    using Finding = sdbus::Struct<std::string, std::string, std::string, std::string>;
    std::vector<Finding> findings{
        Finding{"kernel", "ok", "Linux 6.18", ""},
        Finding{"emulator", "failure", "none for arm64", "apt install qemu-user-static"}};
    if (std::getenv("FAKE_HEALTHY") != nullptr)
        findings.pop_back();
    result.returnResults(findings);
}

World::World(sdbus::IConnection &connection) : connection_(connection), manager_(*this, connection) {
    for (const char *name : {"box", "two-words", "denied", "locked", "silent", "dying"})
        sessions_.push_back(std::make_unique<FakeSession>(*this, connection, name));
}

FakeJob &World::add_job(const std::string &kind, const std::string &session) {
    const std::string id = std::to_string(next_++);
    return *(jobs_[id] = std::make_unique<FakeJob>(connection_, id, kind, session));
}

void World::look_around() {
    for (const auto &[id, job] : jobs_)
        job->look_around();
}

bool World::is_restless() const {
    return std::any_of(jobs_.begin(), jobs_.end(), [](const auto &job) {
        return job.second->runs() && (job.second->terminal >= 0 || job.second->pid < 0);
    });
}

} // namespace frank::fake

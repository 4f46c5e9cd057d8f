// The fake of the seam session::Machine: launches "work" in memory, sessions and workshops are FakeInit
// objects in the same event loop. Outlives the ledgers that use it, so that a second ledger can find the
// first one's sessions again.
#pragma once

#include "daemon/session/machine.hpp"
#include "support/fake_init.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>

namespace frank::test {

/// One deferred answer. Destroying it forgets the answer, and ends the workshop.
class FakeLaunch : public session::Launch {
  public:
    ~FakeLaunch() override {
        if (workshop && workshop->alive)
            workshop->die();
    }
    sys::EventSource answer;
    FakeInit *workshop = nullptr;
};

class FakeMachine : public session::Machine {
  public:
    explicit FakeMachine(sys::EventLoop &loop) : loop_(loop) {}

    using Instance = std::array<std::uint8_t, 16>;
    enum class Tree { made, filled, adopted };

    std::vector<plan::LaunchRequest> requests;            ///< all that was asked, in order
    std::vector<std::unique_ptr<FakeInit>> inits;         ///< all that were ever started
    std::map<Instance, Tree> trees;                       ///< what frank-launcher's storage holds
    std::map<plan::LaunchOp, plan::LaunchReply> failures; ///< what an operation answers instead
    std::set<plan::LaunchOp> silent;                      ///< never answered
    std::function<void(FakeInit &)> on_init;              ///< sees each new session or workshop
    std::function<void()> emulators_changed; ///< what the ledger wants called when a file came or went
    session::EmulatorSeen emulator;          ///< this machine's, of every architecture
    std::uint32_t tree_owner = 0;            ///< of every adopted directory
    std::vector<plan::Arch> emulators;       ///< one architecture of each that is here
    bool cross_tools = false;                ///< for every architecture, of bookworm
    bool runs_i386 = true;                   ///< the kernel does, by itself
    FakeScript script = [](FakeCommand &command) { return usual(command); };
    plan::TableKind table_kind = plan::TableKind::own; ///< what a host_table request finds
    std::string table;                                 ///< a directory that stands for binfmt_misc
    std::vector<session::Finding> findings{{"kernel", "ok", "fake", ""}};

    void fail(plan::LaunchOp op, plan::Rung rung, int error, const std::string &detail = {}) {
        plan::LaunchReply reply;
        detail.copy(reply.detail.data(), reply.detail.size() - 1);
        reply.rung = rung;
        reply.error = error;
        failures[op] = reply;
    }
    /// The living session of this name, not a workshop; nullptr where there is none.
    FakeInit *session(const std::string &name) { return find(name, plan::LaunchOp::start_session); }
    FakeInit *workshop(const std::string &name) { return find(name, plan::LaunchOp::start_workshop); }
    std::size_t count(plan::LaunchOp op) const {
        return static_cast<std::size_t>(std::count_if(
            requests.begin(), requests.end(), [op](const auto &request) { return request.op == op; }));
    }

    /// "true", "false", "exit N", "echo WORDS...": end at once. "missing": not found. frank-tree: an arm64
    /// Debian. Everything else runs until it is signalled.
    static FakeOutcome usual(FakeCommand &command) {
        const std::string first = command.argv.empty() ? "" : command.argv.front();
        if (first == "/frank/frank-tree")
            return tree(command);
        if (first == "true" || first == "false")
            return FakeOutcome::exits(first == "true" ? 0 : 1);
        if (first == "exit")
            return FakeOutcome::exits(std::stoi(command.argv.at(1)));
        if (first == "missing")
            return FakeOutcome::fails(plan::SpawnStage::not_found, ENOENT);
        if (first != "echo")
            return FakeOutcome::runs();
        std::string text;
        for (std::size_t i = 1; i < command.argv.size(); ++i)
            text += (i > 1 ? " " : "") + command.argv[i];
        command.write(1, text + "\n");
        return FakeOutcome::exits(0);
    }
    static FakeOutcome tree(FakeCommand &command) {
        if (command.argv.at(1) == "inspect")
            command.write(1, "arch arm64\nos Debian GNU/Linux 12 (bookworm)\nchecked ok\n");
        else if (command.argv.at(1) != "empty")
            command.write(1, "stage working\nprogress bytes 50 100\n");
        return FakeOutcome::exits(0);
    }

    std::unique_ptr<session::Launch> launch(const plan::LaunchRequest &request, std::span<const int> fds,
                                            Launched launched) override {
        requests.push_back(request);
        auto launch = std::make_unique<FakeLaunch>();
        plan::LaunchReply reply;
        if (const auto failure = failures.find(request.op); failure != failures.end())
            reply = failure->second;
        else
            act(request, fds, *launch, reply);
        if (!silent.contains(request.op))
            launch->answer = loop_.soon([reply, launched = std::move(launched)] { launched(reply); });
        return launch;
    }

    std::unique_ptr<session::Launch> ask(const plan::LaunchRequest &request, Asked kept) override {
        requests.push_back(request);
        auto launch = std::make_unique<FakeLaunch>();
        plan::LaunchReply reply;
        reply.table = table_kind;
        if (const auto failure = failures.find(request.op); failure != failures.end())
            reply = failure->second;
        else if (request.op == plan::LaunchOp::lend_cache)
            trees[request.instance] = Tree::filled;
        const auto view = [this, request] {
            if (request.op != plan::LaunchOp::host_table) // any descriptor stands for a mount
                return sys::Fd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
            return sys::Fd(table.empty() ? -1 : ::open(table.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        };
        if (!silent.contains(request.op))
            launch->answer = loop_.soon([reply, view, kept = std::move(kept)] { kept(reply, view()); });
        return launch;
    }
    std::vector<plan::Arch> emulated() const override { return emulators; }
    bool runs(plan::Arch arch) const override {
        return Machine::runs(arch) && (runs_i386 || arch != plan::Arch::i386);
    }
    bool has_cross_tools(const std::string &suite, plan::Arch) const override {
        return cross_tools && suite == "bookworm";
    }
    void watch_emulators(const std::function<void()> &changed) override { emulators_changed = changed; }
    session::EmulatorSeen emulator_of(plan::Arch) const override { return emulator; }

    void diagnose(std::function<void(std::vector<session::Finding>)> done) override {
        diagnosis_ = loop_.soon([this, done = std::move(done)] { done(findings); });
    }

  private:
    FakeInit *find(const std::string &name, plan::LaunchOp op) {
        for (const auto &init : inits)
            if (init->alive && init->request.op == op && init->name() == name)
                return init.get();
        return nullptr;
    }

    void act(const plan::LaunchRequest &request, std::span<const int> fds, FakeLaunch &launch,
             plan::LaunchReply &reply) {
        const auto refuse = [&reply](plan::Rung rung, int error) {
            reply.rung = rung;
            reply.error = error;
        };
        if (const auto bad = plan::check(request); !bad)
            return refuse(plan::Rung::request, EINVAL);
        const auto tree = trees.find(request.instance);
        switch (request.op) {
        case plan::LaunchOp::make_tree:
        case plan::LaunchOp::make_twins:
        case plan::LaunchOp::make_layer:
            if (request.op == plan::LaunchOp::make_layer && !trees.contains(request.base))
                return refuse(plan::Rung::storage, ENOENT);
            trees[request.instance] = Tree::made;
            break;
        case plan::LaunchOp::adopt_tree:
            trees[request.instance] = Tree::adopted;
            reply.tree_owner = tree_owner;
            break;
        case plan::LaunchOp::drop_tree:
            if (tree != trees.end() && tree->second == Tree::filled)
                return refuse(plan::Rung::storage, ENOTEMPTY);
            trees.erase(request.instance);
            break;
        case plan::LaunchOp::start_session:
        case plan::LaunchOp::start_workshop:
            if (tree == trees.end() && request.instance != plan::no_instance)
                return refuse(plan::Rung::open_tree, ENOENT);
            start(request, fds, launch, reply);
            break;
        case plan::LaunchOp::diagnose:
        case plan::LaunchOp::host_table:
        case plan::LaunchOp::lend_twins:
        case plan::LaunchOp::lend_directory:
        case plan::LaunchOp::lend_cache:
            break;
        }
    }

    void start(const plan::LaunchRequest &request, std::span<const int> fds, FakeLaunch &launch,
               plan::LaunchReply &reply) {
        const auto copy = [](int fd) { return sys::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); };
        inits.push_back(std::make_unique<FakeInit>(loop_, request, copy(fds[0]), copy(fds[1]), watched_));
        FakeInit &init = *inits.back();
        reply.init_pid = 4242;
        if (init.is_workshop())
            launch.workshop = &init;
        if (on_init)
            on_init(init);
    }

    /// The script, with frank-tree's effect on the tree remembered.
    FakeOutcome watch(FakeCommand &command) {
        if (command.workshop)
            for (const auto &init : inits)
                if (init->alive && init->is_workshop() && init->name() == command.session &&
                    init->request.instance != plan::no_instance)
                    touch(trees[init->request.instance], command.argv.at(1));
        return script(command);
    }
    static void touch(Tree &tree, const std::string &verb) {
        if (tree == Tree::made && (verb == "unpack" || verb == "bootstrap"))
            tree = Tree::filled;
        if (tree == Tree::filled && verb == "empty")
            tree = Tree::made;
    }

    sys::EventLoop &loop_;
    sys::EventSource diagnosis_;
    FakeScript watched_ = [this](FakeCommand &command) { return watch(command); };
};

} // namespace frank::test

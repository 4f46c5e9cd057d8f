#include "daemon/session/creation.hpp"

#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/board_choice.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/landlock.hpp"
#include "daemon/session/launch_requests.hpp"

#include <fcntl.h>

namespace frank::session {

namespace {

constexpr const char *tool = "/frank/frank-tree";
constexpr const char *target = "/target";

sys::Fd copy_of(const sys::Fd &fd) {
    return fd ? sys::Fd(sys::must(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3), "copy descriptor")) : sys::Fd();
}

std::string name_of(plan::Arch arch) { return std::string(plan::info(arch).debian); }

} // namespace

Creation::Creation(Context &context, Session &session, plan::CreateRequest request, GivenFiles given,
                   sys::Fd log, JobId job, Finished finished)
    : context_(context), session_(session), request_(std::move(request)), source_(std::move(given.source)),
      emulator_(std::move(given.emulator)), log_(std::move(log)), job_(job), finished_(std::move(finished)) {}

/// One step: nothing is done once it was cancelled, and what breaks in it ends the whole.
template <class Act> void Creation::step(Act act) {
    if (cancelled_)
        return fail({Error::cancelled, "cancelled"});
    guarded(act, [this](plan::Refusal why) { fail(std::move(why)); });
}

void Creation::begin() {
    step([this] {
        if (request_.arch == plan::Arch::none)
            return make_tree();
        prove(request_.arch, [this] { make_tree(); }); // before anything that takes minutes
    });
}

void Creation::prove(plan::Arch arch, std::function<void()> next) {
    const bool asked = emulator_ || !request_.cpu.empty() || !request_.board.empty();
    if (emulator_ && context_.machine.runs(arch))
        return fail({Error::invalid_argument,
                     name_of(arch) + " programs run here by themselves: leave --emulator out"});
    if (!asked || std::exchange(proven_, true) || context_.machine.runs(arch))
        return next();
    context_.jobs.progress(job_, {"trying the emulator", 0, 0, ""});
    const std::string cpu = cpu_of(context_.catalogue.boards, session_.settings(), arch);
    trial_ = std::make_unique<EmulatorTrial>(
        context_,
        EmulatorQuestion{arch, cpu, copy_of(emulator_),
                         board_of_cpu(context_.catalogue.boards, session_.settings(), arch)},
        [this, next = std::move(next)](const plan::Result<std::string> &version) {
            step([&] {
                if (!version)
                    return fail(version.error());
                next();
            });
        });
}

void Creation::make_tree() {
    step([this] {
        const bool adopt = request_.kind == plan::RootKind::directory;
        const auto op = adopt ? plan::LaunchOp::adopt_tree : plan::LaunchOp::make_tree;
        const auto request = request_for(op, session_.settings(), plan::Network::none);
        const std::array fds{source_.get()};
        const std::span<const int> given = adopt ? std::span<const int>(fds) : std::span<const int>();
        call_ = std::make_unique<LaunchCall>(
            context_, request, given, [this](const plan::LaunchReply &reply) { tree_answered(reply); });
    });
}

void Creation::tree_answered(const plan::LaunchReply &reply) {
    step([&] {
        if (reply.rung != plan::Rung::none) {
            const auto request =
                request_for(plan::LaunchOp::make_tree, session_.settings(), plan::Network::none);
            return fail(plan::to_refusal(reply, request));
        }
        if (request_.kind != plan::RootKind::directory)
            return fill();
        source_.reset(); // frank-launcher remembers it by itself
        plan::SessionSettings settings = session_.settings();
        const bool own = reply.tree_owner == request_.owner && request_.owner != 0;
        settings.disk_ids = own ? plan::DiskIds::owner : plan::DiskIds::plain;
        session_.store(std::move(settings));
        inspect();
    });
}

void Creation::fill() {
    const auto done = [this](const plan::Result<void> &result, const TreeReport &) { filled(result); };
    if (request_.kind == plan::RootKind::archive) {
        context_.jobs.progress(job_, {"unpacking", 0, 0, ""});
        return work(plan::Network::none, {}, {tool, "unpack", target}, std::move(source_), done);
    }
    context_.jobs.progress(job_, {"bootstrapping", 0, 0, ""});
    std::vector<std::string> argv{tool,
                                  "bootstrap",
                                  target,
                                  "--suite",
                                  request_.suite,
                                  "--arch",
                                  name_of(request_.arch),
                                  "--variant",
                                  context_.config.defaults.debian_variant};
    if (!context_.config.defaults.debian_mirror.empty())
        argv.insert(argv.end(), {"--mirror", context_.config.defaults.debian_mirror});
    for (const std::string &package : request_.include)
        argv.insert(argv.end(), {"--include", package});
    // A bootstrap has nowhere else to get packages from, whatever sessions may do.
    const plan::Network network = context_.network == plan::Network::none
                                      ? network_of(plan::NetworkPolicy::automatic)
                                      : context_.network;
    work(network, {request_.arch}, std::move(argv), {}, done);
}

void Creation::filled(const plan::Result<void> &result) {
    step([&] {
        if (!result)
            return fail(result.error());
        inspect();
    });
}

void Creation::inspect() {
    context_.jobs.progress(job_, {"looking at the root", 0, 0, ""});
    std::vector<std::string> argv{tool, "inspect", target};
    std::vector<plan::Arch> arches;
    if (request_.arch != plan::Arch::none) {
        argv.insert(argv.end(), {"--arch", name_of(request_.arch)});
        arches.push_back(request_.arch);
    }
    work(plan::Network::none, std::move(arches), std::move(argv), {},
         [this](const plan::Result<void> &result, const TreeReport &report) { inspected(result, report); });
}

void Creation::inspected(const plan::Result<void> &result, const TreeReport &report) {
    step([&] {
        if (!result)
            return fail(result.error());
        const plan::Arch arch = report.arch() != plan::Arch::none ? report.arch() : request_.arch;
        if (arch == plan::Arch::none)
            return fail({Error::bad_image, "the root does not tell its architecture: give it with --arch"});
        if (const auto checked = context_.catalogue.boards.check(request_.board, arch); !checked)
            return fail(checked.error());
        prove(arch, [this, arch, report] { complete(arch, report); });
    });
}

void Creation::complete(plan::Arch arch, const TreeReport &report) {
    if (request_.arch != plan::Arch::none && arch != request_.arch)
        return fail({Error::bad_image, "the root is " + name_of(arch) + ", not " + name_of(request_.arch)});
    plan::SessionSettings settings = session_.settings();
    settings.arch = arch;
    settings.os_name = report.os_name();
    settings.extra_arches = report.extra_arches();
    settings.extra_arches.erase(arch);
    settings.storage = report.storage();
    settings.complete = true;
    session_.store(std::move(settings));
    session_.acceleration().promise(request_.accel.value_or(context_.config.defaults.accel), report.suite());
    session_.show(std::nullopt);
    end({true, JobState::exited, {}});
}

void Creation::work(plan::Network network, std::vector<plan::Arch> arches, std::vector<std::string> argv,
                    sys::Fd input, std::function<void(plan::Result<void>, const TreeReport &)> done) {
    workshop_ = std::make_unique<Workshop>(
        context_,
        WorkshopOrder{session_.settings(), network, std::move(arches), std::move(argv), std::move(input),
                      copy_of(log_), copy_of(emulator_)},
        Workshop::Ears{[this](const Progress &progress) { context_.jobs.progress(job_, progress); },
                       std::move(done)});
    workshop_->begin();
}

void Creation::cancel() {
    if (failed_)
        return;
    // A call to frank-launcher is left to finish: what is half asked for cannot be undone.
    cancelled_ = true;
    if (workshop_)
        workshop_->cancel();
}

void Creation::fail(plan::Refusal why) {
    if (std::exchange(failed_, true))
        return;
    why_ = cancelled_ ? plan::Refusal{Error::cancelled, "cancelled"} : std::move(why);
    session_.binds().close([this] {
        undo_ = std::make_unique<Erasure>(context_, session_.settings(),
                                          [this](const plan::Result<void> &result) { undone(result); });
        undo_->begin();
    });
}

void Creation::undone(const plan::Result<void> &result) {
    if (!result) { // it stays where it can be seen, and be destroyed once more
        why_.message += "; what was made could not be removed: " + result.error().message;
        guarded(
            [this] {
                plan::SessionSettings settings = session_.settings();
                settings.doomed = true;
                session_.store(std::move(settings));
            },
            [](const plan::Refusal &) {}); // incomplete settings say the same
        session_.show(std::nullopt);
    }
    end({!result, cancelled_ ? JobState::cancelled : JobState::failed, why_});
}

void Creation::end(const Outcome &outcome) {
    const auto finished = std::move(finished_);
    finished(Outcome(outcome));
}

} // namespace frank::session

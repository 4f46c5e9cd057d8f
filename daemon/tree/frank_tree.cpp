// frank-tree: works on one untrusted tree, inside a throw-away sandbox. Progress and facts on standard
// output, the log on standard error, and on failure one last line there: "frank-tree: MESSAGE".
#include "daemon/plan/printable.hpp"
#include "daemon/tree/bootstrap.hpp"
#include "daemon/tree/empty.hpp"
#include "daemon/tree/emulator_probe.hpp"
#include "daemon/tree/exit_code.hpp"
#include "daemon/tree/inspect.hpp"
#include "daemon/tree/probe.hpp"
#include "daemon/tree/twin_root.hpp"
#include "daemon/tree/unpack.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <unistd.h>

namespace {

using namespace frank;

int fail(tree::ExitCode code, const std::string &message) {
    (void)std::fprintf(stderr, "frank-tree: %s\n", plan::printable(message, 1000).c_str());
    return static_cast<int>(code);
}

int run(int argc, char **argv) {
    CLI::App app("Works on one root file system, inside a sandbox; run by frankend", "frank-tree");
    app.require_subcommand(1);
    std::string directory, arch, cpu;
    bool emulator = false;
    tree::UnpackOptions unpacking;
    tree::BootstrapOptions bootstrapping;
    tree::TwinOptions twinning;

    auto *unpack = app.add_subcommand("unpack", "unpack the archive on standard input");
    auto *inspect = app.add_subcommand("inspect", "tell what the root is for");
    auto *bootstrap = app.add_subcommand("bootstrap", "make a Debian root with mmdebstrap");
    auto *empty = app.add_subcommand("empty", "delete all that is in it");
    auto *twins = app.add_subcommand("twins", "make native twins of a Debian's tools");
    for (CLI::App *command : {unpack, inspect, bootstrap, empty, twins})
        command->add_option("DIR", directory, "the tree")->required();
    auto *probe = app.add_subcommand("probe", "run the built-in program of an architecture; needs no tree");
    probe->add_option("--arch", arch)->required();
    auto *named = probe->add_flag("--emulator", emulator, "by the emulator's name, and tell its version");
    probe->add_option("--cpu", cpu, "and with this CPU model")->needs(named);
    unpack->add_option("--max-bytes", unpacking.max_bytes, "how much the archive may hold");
    inspect->add_option("--arch", arch, "what the user says it is for");
    bootstrap->add_option("--suite", bootstrapping.suite)->required();
    bootstrap->add_option("--arch", bootstrapping.arch)->required();
    bootstrap->add_option("--variant", bootstrapping.variant)->required();
    bootstrap->add_option("--mirror", bootstrapping.mirror, "the one archive to take it from");
    bootstrap->add_option("--include", bootstrapping.include, "a package more");
    auto *suite = twins->add_option("--suite", twinning.suite);
    twins->add_flag("--given", twinning.given, "from the directory on standard input")->excludes(suite);
    twins->add_option("--arch", twinning.arch, "the guest's")->required();
    twins->add_flag("--llvm", twinning.llvm, "with clang and lld");
    twins->add_option("--mirror", twinning.mirror, "the one archive to take them from");
    twins->add_option("--helpers", twinning.helpers, "the directory of what goes along")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &success) {
        return app.exit(success);
    } catch (const CLI::Error &error) {
        return fail(tree::ExitCode::failed, error.what());
    }

    tree::Reporter reporter(STDOUT_FILENO);
    const auto done = *unpack      ? tree::unpack(STDIN_FILENO, directory, unpacking, reporter)
                      : *inspect   ? tree::tell_findings(directory, arch, reporter)
                      : emulator   ? tree::probe_emulator(arch, cpu, reporter)
                      : *probe     ? tree::probe(arch, reporter)
                      : *twins     ? tree::make_twins(directory, twinning, reporter)
                      : *bootstrap ? tree::bootstrap(directory, bootstrapping, reporter)
                                   : tree::empty(directory, reporter);
    return done ? 0 : fail(tree::exit_code(done.error().error), done.error().message);
}

} // namespace

int main(int argc, char **argv) {
    try {
        return run(argc, argv);
    } catch (const std::system_error &error) {
        const bool full = error.code() == std::errc::no_space_on_device || error.code().value() == EDQUOT;
        return fail(full ? tree::ExitCode::no_space : tree::ExitCode::failed, error.what());
    } catch (const std::exception &error) {
        return fail(tree::ExitCode::failed, error.what());
    }
}

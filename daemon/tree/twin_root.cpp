#include "daemon/tree/twin_root.hpp"

#include "daemon/plan/twin.hpp"
#include "daemon/sys/cross_tools.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/bootstrap.hpp"
#include "daemon/tree/command.hpp"
#include "daemon/tree/twin_converters.hpp"
#include "daemon/tree/twin_libraries.hpp"
#include "daemon/tree/twin_program.hpp"
#include "daemon/tree/twin_source.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;
namespace fs = std::filesystem;

namespace {

/// Of this machine's own architecture, where Debian puts libraries (multiarch).
constexpr std::array library_directories{"usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"};
constexpr const char *loader = "ld-linux-x86-64.so.2";

std::string relative_path(const fs::path &path, const fs::path &root) {
    return path.lexically_relative(root).string();
}

bool is_kept(const std::string &path) {
    for (const std::string directory : library_directories)
        if (path == directory || path.starts_with(directory + "/"))
            return true;
    return plan::goes_along(path);
}

/// Relative paths of the tools, and of all else that does not stay.
struct Sorted {
    std::vector<std::string> tools, rest;
};

Sorted sort_out(const fs::path &root, plan::Arch arch) {
    Sorted sorted;
    for (const auto &entry : fs::recursive_directory_iterator(root)) {
        const std::string path = relative_path(entry.path(), root);
        if (entry.is_directory() && !entry.is_symlink())
            continue;
        if (entry.is_regular_file() && !entry.is_symlink() && is_elf_program(entry.path().string()) &&
            plan::tool_of(path, arch))
            sorted.tools.push_back(path);
        else if (!is_kept(path))
            sorted.rest.push_back(path);
    }
    return sorted;
}

void remove_empty_directories(const fs::path &root) {
    std::vector<fs::path> directories;
    for (const auto &entry : fs::recursive_directory_iterator(root))
        if (entry.is_directory() && !entry.is_symlink())
            directories.push_back(entry.path());
    for (auto each = directories.rbegin(); each != directories.rend(); ++each) // what is deeper comes first
        if (fs::is_empty(*each))
            fs::remove(*each);
}

Result<Interpreter> find_interpreter(const fs::path &root) {
    Interpreter found;
    for (const std::string directory : library_directories) {
        if (!fs::is_directory(root / directory))
            continue;
        const std::string inside = std::string(plan::twin_directory) + "/" + directory;
        found.libraries += (found.libraries.empty() ? "" : ":") + inside;
        if (found.loader.empty() && fs::exists(root / directory / loader))
            found.loader = inside + "/" + loader;
    }
    if (found.loader.empty())
        return refuse(Error::failed, "the native root has no loader of programs");
    return found;
}

/// Sessions see the tree with ids that are nobody's there: what others may do is all that they may.
void make_readable(const fs::path &root) {
    using enum fs::perms;
    for (const auto &entry : fs::recursive_directory_iterator(root)) {
        if (entry.is_symlink())
            continue;
        const bool runs = entry.is_directory() || (entry.status().permissions() & owner_exec) != none;
        constexpr fs::perms read = owner_read | owner_write | group_read | others_read;
        fs::permissions(entry.path(), runs ? read | owner_exec | group_exec | others_exec : read);
    }
    fs::permissions(root, owner_all | group_read | group_exec | others_read | others_exec);
}

/// Of every file's path and content: the same tools have the same digest.
Result<std::string> digest(const fs::path &root) {
    std::set<std::string> files;
    for (const auto &entry : fs::recursive_directory_iterator(root))
        if (entry.is_regular_file() && !entry.is_symlink())
            files.insert(entry.path().string());
    std::vector<std::string> command{"sha256sum", "--"};
    command.insert(command.end(), files.begin(), files.end());
    auto sums = run_command(command);
    if (!sums)
        return sums;
    const fs::path list = root / ".digest";
    {
        std::ofstream file(list);
        file << *sums;
    }
    const auto sum = run_command({"sha256sum", "--", list.string()});
    fs::remove(list);
    return sum.map([](const std::string &text) { return text.substr(0, text.find(' ')); });
}

Result<void> patch_all(const fs::path &root, const CopiedTools &from, plan::Arch arch, Reporter &reporter) {
    std::uint64_t done = 0;
    for (const std::string &tool : from.tools) {
        const std::string path = (root / tool).string();
        rewrite_strings(path, plan::rewrites_of(tool, arch));
        if (!linking_of(path).loader.empty())
            if (auto patched = set_interpreter(path, from.interpreter); !patched)
                return patched;
        if (const auto companion = plan::companion_of(tool); !companion.empty())
            if (auto patched = load_first(path, below(plan::twin_directory, companion)); !patched)
                return patched;
        reporter.progress("files", ++done, from.tools.size());
    }
    reporter.flush();
    return {};
}

/// A native root of its own.
Result<CopiedTools> tools_of_a_new_root(const std::string &directory, const TwinOptions &options,
                                        plan::Arch arch, Reporter &reporter) {
    const BootstrapOptions bootstrapping{options.suite,  "amd64", "", plan::twin_packages(arch, options.llvm),
                                         options.mirror, true};
    if (auto made = bootstrap(directory, bootstrapping, reporter); !made)
        return tl::unexpected(made.error());
    reporter.say("stage", "keeping the tools");
    const fs::path root(directory);
    const Sorted sorted = sort_out(root, arch);
    for (const std::string &path : sorted.rest)
        fs::remove(root / path);
    remove_empty_directories(root);
    return find_interpreter(root).map([&sorted](const Interpreter &interpreter) {
        return CopiedTools{sorted.tools, interpreter};
    });
}

Result<CopiedTools> get_tools(const std::string &directory, const TwinOptions &options, plan::Arch arch,
                              Reporter &reporter) {
    if (options.given) {
        reporter.say("stage", "copying the tools");
        return copy_tools(STDIN_FILENO, arch, directory, true, reporter);
    }
    if (!sys::this_machine_has(options.suite, arch) || (options.llvm && !sys::this_machine_has_llvm()))
        return tools_of_a_new_root(directory, options, arch, reporter);
    reporter.say("stage", "copying this machine's tools");
    const sys::Fd root(sys::must(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open /"));
    return copy_tools(root.get(), arch, directory, options.llvm, reporter);
}

} // namespace

Result<void> make_twins(const std::string &directory, const TwinOptions &options, Reporter &reporter) {
    const auto arch = plan::arch_by_debian_name(options.arch);
    if (!arch || plan::gnu_triplet(*arch).empty())
        return refuse(Error::unsupported_architecture,
                      "Debian has no cross compiler for " + options.arch + ": its programs stay emulated");
    // Before anything that takes minutes.
    if (const auto there = run_command({"patchelf", "--version"}); !there)
        return tl::unexpected(there.error());
    const auto from = get_tools(directory, options, *arch, reporter);
    if (!from)
        return tl::unexpected(from.error());
    const fs::path root(directory);
    if (auto patched = patch_all(root, *from, *arch, reporter); !patched)
        return patched;
    settle_converters(directory, *arch);
    for (const std::string helper : {plan::twin_verifier, plan::twin_machine, plan::twin_git})
        fs::copy_file(fs::path(options.helpers) / helper, root / helper);
    make_readable(root);
    const auto sum = digest(root);
    if (!sum)
        return tl::unexpected(sum.error());
    for (const std::string &tool : from->tools)
        reporter.say("twin", tool);
    reporter.say("digest", *sum);
    return {};
}

} // namespace frank::tree

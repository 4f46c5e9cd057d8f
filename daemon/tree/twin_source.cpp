#include "daemon/tree/twin_source.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/sys/file.hpp"
#include "daemon/tree/twin_converters.hpp"
#include "daemon/tree/twin_libraries.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;

namespace {

constexpr mode_t may_run = 0111;

bool is_regular(int root, const std::string &path, mode_t mode = 0) {
    const sys::Fd file(sys::open_in_root(root, path.c_str(), O_PATH | O_NOFOLLOW));
    struct stat info {};
    return file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & mode) == mode;
}

/// /bin of a root with a merged /usr, whose programs are found where they are.
bool is_link(int root, const std::string &path) {
    const sys::Fd file(sys::open_in_root(root, path.c_str(), O_PATH | O_NOFOLLOW));
    struct stat info {};
    return file && ::fstat(file.get(), &info) == 0 && S_ISLNK(info.st_mode);
}

std::vector<std::string> directories(int root, plan::Arch arch) {
    std::vector<std::string> found;
    for (const std::string &pattern : plan::tool_directories(arch)) {
        if (!pattern.ends_with("/*")) {
            if (!is_link(root, pattern))
                found.push_back(pattern);
            continue;
        }
        const std::string parent = pattern.substr(0, pattern.size() - 2);
        for (const std::string &name : names_below(root, parent))
            if (std::string path = below(parent, name); !is_link(root, path))
                found.push_back(std::move(path));
    }
    return found;
}

} // namespace

Result<CopiedTools> copy_tools(int root, plan::Arch arch, const std::string &directory, bool llvm,
                               Reporter &reporter) {
    CopiedTools copied;
    TwinLibraries libraries(root, directory);
    bool compiler = false;
    for (const std::string &where : directories(root, arch))
        for (const std::string &name : names_below(root, where)) {
            const std::string path = below(where, name);
            const auto tool = plan::tool_of(path, arch);
            const bool along = plan::goes_along(path);
            const bool of_llvm = plan::is_llvm(path);
            if ((!tool && !along) || (of_llvm && !llvm) || !is_regular(root, path, along ? 0 : may_run))
                continue;
            if (auto done = libraries.copy(path, path); !done)
                return tl::unexpected(done.error());
            const std::string copy = below(directory, path);
            if (!is_elf_program(copy) && !along) { // a script
                std::filesystem::remove(copy);
                continue;
            }
            if (auto done = libraries.add_needs_of(path); !done)
                return tl::unexpected(done.error());
            if (along)
                continue;
            compiler = compiler || (tool->tool_class == plan::ToolClass::compiler && !of_llvm);
            copied.tools.push_back(path);
            reporter.progress("files", copied.tools.size(), 0);
        }
    reporter.flush();
    if (!compiler)
        return refuse(Error::bad_image, "there is no cross compiler for " +
                                            std::string(plan::info(arch).debian) +
                                            " in it, in none of the places where distributions have theirs");
    if (auto done = copy_converters(root, libraries); !done)
        return tl::unexpected(done.error());
    auto interpreter = libraries.finish();
    if (!interpreter)
        return tl::unexpected(interpreter.error());
    copied.interpreter = *interpreter;
    return copied;
}

} // namespace frank::tree

#include "daemon/tree/twin_converters.hpp"

#include "daemon/plan/twin.hpp"
#include "daemon/sys/file.hpp"
#include "daemon/tree/twin_program.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace frank::tree {

using plan::Result;
namespace fs = std::filesystem;

namespace {

/// Made on each machine, with paths of that machine in it: glibc reads the configuration where it is absent.
constexpr const char *cache = "gconv-modules.cache";
constexpr const char *more_configuration = "gconv-modules.d";
constexpr std::array libc_paths{"lib/libc.so.6", "lib/x86_64-linux-gnu/libc.so.6",
                                "usr/lib/x86_64-linux-gnu/libc.so.6"};

bool is_regular(int root, const std::string &path) {
    const sys::Fd file(sys::open_in_root(root, path.c_str(), O_PATH));
    struct stat info {};
    return file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
}

Result<void> copy_directory(int root, const std::string &path, TwinLibraries &libraries) {
    for (const std::string &name : names_below(root, path))
        if (const std::string file = below(path, name); is_regular(root, file) && name != cache)
            if (auto done = libraries.copy(file, file); !done)
                return done;
    return {};
}

} // namespace

Result<void> copy_converters(int root, TwinLibraries &libraries) {
    for (const std::string &place : plan::converter_places()) {
        if (!is_regular(root, below(place, "gconv-modules")))
            continue;
        if (auto done = copy_directory(root, place, libraries); !done)
            return done;
        return copy_directory(root, below(place, more_configuration), libraries);
    }
    return {};
}

void settle_converters(const std::string &directory, plan::Arch arch) {
    const fs::path root(directory);
    for (const std::string &place : plan::converter_places()) {
        if (!fs::is_directory(root / place))
            continue;
        fs::rename(root / place, root / plan::twin_converters);
        fs::remove(root / plan::twin_converters / cache);
        fs::create_symlink(plan::guest_place(place, arch), root / plan::guest_converters);
        break;
    }
    for (const std::string path : libc_paths)
        if (fs::is_regular_file(root / path))
            rewrite_strings((root / path).string(), plan::rewrites_of_libc());
}

} // namespace frank::tree

#include "daemon/tree/twin_libraries.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/sys/file.hpp"
#include "daemon/tree/command.hpp"
#include "daemon/tree/tree_directory.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;
namespace fs = std::filesystem;

namespace {

/// A whole toolchain has some 300 MB.
constexpr std::uint64_t max_bytes = std::uint64_t{4} << 30;
constexpr std::size_t max_files = 4096;
/// In the twins' tree.
constexpr const char *library_directory = "lib";
/// Where loaders look by themselves: Debian's, then what the others have. ld.so.conf is Gentoo's alone, for
/// its compiler's own libraries, which are looked for by name.
constexpr std::array default_directories{"usr/lib/x86_64-linux-gnu",
                                         "lib/x86_64-linux-gnu",
                                         "usr/lib64",
                                         "lib64",
                                         "usr/lib",
                                         "lib",
                                         "usr/local/lib"};
constexpr const char *gentoos_compiler = "usr/lib/gcc/x86_64-pc-linux-gnu";

std::vector<std::string> lines_of(const std::string &text, char end = '\n') {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line, end);)
        if (!line.empty())
            lines.push_back(line);
    return lines;
}

/// A file's name and no more: it comes out of a file that anybody may have made.
bool is_name(const std::string &name) {
    return !name.empty() && name.size() < 256 && name != "." && name != ".." &&
           name.find('/') == std::string::npos && plan::printable(name, 256) == name;
}

/// Of DT_RPATH or DT_RUNPATH (ld.so(8)), as directories below the root.
std::vector<std::string> below_root(const std::string &rpath, const std::string &original) {
    std::vector<std::string> directories;
    for (std::string entry : lines_of(rpath, ':')) {
        for (const std::string name : {"$ORIGIN", "${ORIGIN}"})
            if (const std::size_t at = entry.find(name); at != std::string::npos)
                entry.replace(at, name.size(), "/" + fs::path(original).parent_path().string());
        if (entry.starts_with('/'))
            directories.push_back(entry.substr(1));
    }
    return directories;
}

} // namespace

std::vector<std::string> names_below(int root, const std::string &path) {
    const sys::Fd directory(sys::open_in_root(root, path.c_str(), O_RDONLY | O_DIRECTORY));
    if (!directory)
        return {};
    std::vector<std::string> names = sys::names_in_order(directory.get());
    std::ranges::sort(names);
    return names;
}

Result<void> TwinLibraries::copy(const std::string &path, const std::string &to) {
    const sys::Fd from(sys::open_in_root(root_, path.c_str(), O_RDONLY | O_NONBLOCK));
    struct stat info {};
    if (!from || ::fstat(from.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return refuse(Error::bad_image, "/" + plan::printable(path, 200) + " in it cannot be read");
    bytes_ += static_cast<std::uint64_t>(info.st_size);
    if (bytes_ > max_bytes || ++files_ > max_files)
        return refuse(Error::limit_exceeded, "its tools are more than 4 GiB or 4096 files");
    const std::string copy = directory_ + "/" + to;
    fs::create_directories(fs::path(copy).parent_path());
    const sys::Fd file(
        sys::must(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700), "make a twin's file"));
    sys::copy_file(from, file, max_bytes);
    return {};
}

Result<std::string> TwinLibraries::find(const std::string &name,
                                        const std::vector<std::string> &first) const {
    std::vector<std::string> directories = first;
    directories.insert(directories.end(), default_directories.begin(), default_directories.end());
    for (const std::string &version : names_below(root_, gentoos_compiler))
        directories.push_back(std::string(gentoos_compiler) + "/" + version);
    for (const std::string &directory : directories) {
        const std::string path = below(directory, name);
        const sys::Fd file(sys::open_in_root(root_, path.c_str(), O_RDONLY | O_NONBLOCK));
        std::array<unsigned char, 5> start{};
        // Those of 32-bit programs have the same names.
        if (file && ::pread(file.get(), start.data(), start.size(), 0) == 5 && start[4] == 2)
            return path;
    }
    return refuse(Error::bad_image, "a tool of it needs " + name + ", which is not in it");
}

Result<void> TwinLibraries::add_library(const std::string &name, const std::vector<std::string> &first) {
    if (!is_name(name))
        return refuse(Error::bad_image, "a tool of it needs " + plan::printable(name, 100));
    if (!there_.insert(name).second)
        return {};
    const auto path = find(name, first);
    if (!path)
        return tl::unexpected(path.error());
    const std::string to = std::string(library_directory) + "/" + name;
    if (auto done = copy(*path, to); !done)
        return done;
    return add_needs(to, *path);
}

Result<void> TwinLibraries::add_needs(const std::string &copy, const std::string &original) {
    const std::string file = directory_ + "/" + copy;
    const auto needed = run_command({"patchelf", "--print-needed", file});
    const auto rpath = run_command({"patchelf", "--print-rpath", file});
    if (!needed || !rpath)
        return tl::unexpected(needed ? rpath.error() : needed.error());
    const std::vector<std::string> first = below_root(rpath->substr(0, rpath->find('\n')), original);
    for (const std::string &name : lines_of(*needed))
        if (auto done = add_library(name, first); !done)
            return done;
    return {};
}

Result<void> TwinLibraries::add_needs_of(const std::string &path) {
    const std::string file = directory_ + "/" + path;
    const auto &[loader, dynamic] = linking_of(file);
    if (!dynamic) // needs nobody
        return {};
    if (!loader.empty() && loader_.empty()) {
        loader_ = fs::path(loader).filename().string();
        if (!is_name(loader_) || !loader.starts_with('/'))
            return refuse(Error::bad_image, "a tool of it asks for a loader that cannot be had");
        if (there_.insert(loader_).second)
            if (auto done = copy(loader.substr(1), std::string(library_directory) + "/" + loader_); !done)
                return done;
    }
    return add_needs(path, path);
}

Result<Interpreter> TwinLibraries::finish() {
    for (const std::string &name : there_) {
        const std::string file = directory_ + "/" + library_directory + "/" + name;
        const auto rpath = run_command({"patchelf", "--print-rpath", file});
        if (rpath && *rpath != "\n" && !rpath->empty())
            if (const auto done = run_command({"patchelf", "--remove-rpath", file}); !done)
                return tl::unexpected(done.error());
    }
    const std::string inside = std::string(plan::twin_directory) + "/" + library_directory;
    return Interpreter{loader_.empty() ? "" : inside + "/" + loader_, inside};
}

} // namespace frank::tree

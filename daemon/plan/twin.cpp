#include "daemon/plan/twin.hpp"

#include "daemon/plan/twin_names.hpp"
#include "daemon/plan/twin_places.hpp"

#include <array>

namespace frank::plan {

namespace {

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view directory_of(std::string_view path) {
    return path.substr(0, std::min(path.rfind('/'), path.size()));
}

std::string native_path(std::string_view path) {
    return std::string(twin_directory) + "/" + std::string(path);
}

std::string llvm_directory(int version) {
    return std::string(llvm_place.before) + std::to_string(version) + std::string(llvm_place.after);
}

/// BEFORE VERSION or BEFORE VERSION AFTER: the version; empty: another path.
std::string_view version_between(std::string_view path, std::string_view before,
                                 std::string_view after = {}) {
    if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size())
        return {};
    const std::string_view version = path.substr(before.size(), path.size() - before.size() - after.size());
    return version.find('/') == std::string_view::npos ? version : std::string_view();
}

/// Of a compiler's own directory: the programs that a driver calls.
std::optional<TwinTool> in_compiler_place(std::string_view path, Arch arch, const std::string &triplet) {
    const std::string_view name = base_name(path);
    // What a 32-bit compiler makes of objects at the link is not what a 64-bit one makes of them.
    if (role_of_name(name) != TwinRole::compiler || (name == "lto1" && info(arch).elf_class == 1))
        return std::nullopt;
    for (const CompilerPlace &place : compiler_places) {
        const std::string_view version =
            version_between(directory_of(path), std::string(place.cross) + triplet + "/");
        if (!version.empty())
            return TwinTool{ToolClass::compiler,
                            "/" + std::string(place.guest) + triplet + "/" + std::string(version) + "/" +
                                std::string(name),
                            native_path(path)};
    }
    return std::nullopt;
}

/// Gentoo's: a directory for each version of the compiler and of binutils, which eselect(1) chooses from.
std::optional<TwinTool> in_versioned_place(std::string_view path, const std::string &triplet) {
    const std::string_view name = base_name(path);
    for (const std::string_view kind : {"gcc-bin/", "binutils-bin/"}) {
        const std::string guest = "usr/" + triplet + "/" + std::string(kind);
        const std::string_view version = version_between(
            directory_of(path), std::string(versioned_place) + triplet + "/" + std::string(kind));
        if (version.empty())
            continue;
        const bool compiler = kind == "gcc-bin/";
        if (role_of_name(compiler ? without_triplet(name, triplet) : name) !=
            (compiler ? TwinRole::driver : TwinRole::binutil))
            continue;
        return TwinTool{compiler ? ToolClass::compiler : ToolClass::binutils,
                        "/" + guest + std::string(version) + "/" + std::string(name), native_path(path)};
    }
    return std::nullopt;
}

/// Its path is the guest's.
std::optional<TwinTool> in_llvm_place(std::string_view path) {
    const std::string_view name = base_name(path);
    if (role_of_name(name) != TwinRole::llvm || path.empty())
        return std::nullopt;
    for (const std::string &known : llvm_paths())
        if (path == std::string_view(known).substr(1))
            return TwinTool{name == "lld" ? ToolClass::binutils : ToolClass::compiler, known,
                            native_path(path)};
    return std::nullopt;
}

std::optional<TwinTool> in_bin(std::string_view path, const std::vector<std::string> &triplets) {
    const std::string_view name = base_name(path);
    if (path != "usr/bin/" + std::string(name) && path != "bin/" + std::string(name))
        return std::nullopt;
    const std::string guest = "/usr/bin/" + std::string(name);
    for (const std::string &triplet : triplets)
        switch (role_of_name(without_triplet(name, triplet))) {
        case TwinRole::driver:
            return TwinTool{ToolClass::compiler, guest, native_path(path)};
        case TwinRole::binutil:
            return TwinTool{ToolClass::binutils, guest, native_path(path)};
        default:
            break;
        }
    if (const auto tool_class = class_of_plain(name))
        return TwinTool{*tool_class, guest, native_path(path)};
    return std::nullopt;
}

} // namespace

std::vector<std::string> twin_packages(Arch arch, bool llvm) {
    const std::string triplet(gnu_triplet(arch));
    std::vector<std::string> packages;
    for (const char *kind : {"gcc-", "g++-", "gfortran-", "binutils-"})
        packages.push_back(kind + triplet);
    for (const char *name :
         {"make",   "ninja-build", "cmake", "pkgconf", "m4",       "bison",     "flex",     "bash",
          "dash",   "sed",         "grep",  "gawk",    "mawk",     "diffutils", "patch",    "findutils",
          "ccache", "tar",         "gzip",  "bzip2",   "xz-utils", "zstd",      "coreutils"})
        packages.emplace_back(name);
    if (info(arch).elf_class != 1)
        packages.emplace_back("git");
    if (llvm) // of the suite's own version
        packages.insert(packages.end(), {"clang", "lld"});
    return packages;
}

std::optional<TwinTool> tool_of(std::string_view path, Arch arch) {
    const std::vector<std::string> triplets = triplets_of(arch);
    if (triplets.empty())
        return std::nullopt;
    // A 32-bit git knows neither the dates nor the sizes that a 64-bit one does.
    if (base_name(path) == "git" && info(arch).elf_class == 1)
        return std::nullopt;
    for (const std::string_view place : git_places)
        if (directory_of(path) == place && base_name(path) == "git")
            return TwinTool{ToolClass::build, "/" + std::string(path), native_path(path)};
    for (const std::string &triplet : triplets) {
        if (auto tool = in_compiler_place(path, arch, triplet))
            return tool;
        if (auto tool = in_versioned_place(path, triplet))
            return tool;
    }
    if (auto tool = in_llvm_place(path))
        return tool;
    return in_bin(path, triplets);
}

std::vector<std::string> tool_directories(Arch arch) {
    std::vector<std::string> directories{"usr/bin", "bin"};
    directories.insert(directories.end(), git_places.begin(), git_places.end());
    for (const std::string &triplet : triplets_of(arch)) {
        for (const CompilerPlace &place : compiler_places)
            directories.push_back(std::string(place.cross) + triplet + "/*");
        for (const char *kind : {"/gcc-bin/*", "/binutils-bin/*"})
            directories.push_back(std::string(versioned_place) + triplet + kind);
    }
    for (int version = llvm_place.first; version <= llvm_place.last; ++version)
        directories.push_back(llvm_directory(version));
    return directories;
}

bool is_llvm(std::string_view path) { return in_llvm_place(path).has_value(); }

std::vector<std::string> llvm_paths() {
    std::vector<std::string> paths;
    for (int version = llvm_place.first; version <= llvm_place.last; ++version)
        for (const char *name : {"clang", "lld"})
            paths.push_back("/" + llvm_directory(version) + "/" + name);
    return paths;
}

std::string_view companion_of(std::string_view path) {
    const std::string_view name = base_name(path);
    return name == "cmake" || name == "clang" ? twin_machine : name == "git" ? twin_git : "";
}

std::vector<std::string> converter_places() {
    return {std::string(debians_converters), "usr/lib64/gconv", "usr/lib/gconv"};
}

std::string guest_place(std::string_view converters, Arch arch) {
    return converters == debians_converters ? "/usr/lib/" + std::string(gnu_triplet(arch)) + "/gconv"
                                            : "/" + std::string(converters);
}

std::vector<Rewrite> rewrites_of_libc() {
    const std::string from = "/" + std::string(debians_converters);
    const std::string to = std::string(twin_directory) + "/" + twin_converters;
    const std::string cache = "/gconv-modules.cache";
    return {{from, to}, {from + cache, to + cache}};
}

bool goes_along(std::string_view path) {
    if (base_name(path) != "liblto_plugin.so")
        return false;
    for (const CompilerPlace &place : compiler_places)
        if (path.starts_with(place.cross))
            return true;
    return false;
}

} // namespace frank::plan

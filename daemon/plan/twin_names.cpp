#include "daemon/plan/twin_names.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <array>

namespace frank::plan {

namespace {

struct Triplet {
    Arch arch;
    std::string_view name;
};

/// dpkg-architecture(1), DEB_HOST_GNU_TYPE; those that have a gcc-TRIPLET in bookworm or trixie.
constexpr std::array triplets{
    Triplet{Arch::arm64, "aarch64-linux-gnu"},          Triplet{Arch::armhf, "arm-linux-gnueabihf"},
    Triplet{Arch::armel, "arm-linux-gnueabi"},          Triplet{Arch::riscv64, "riscv64-linux-gnu"},
    Triplet{Arch::ppc64el, "powerpc64le-linux-gnu"},    Triplet{Arch::s390x, "s390x-linux-gnu"},
    Triplet{Arch::mips64el, "mips64el-linux-gnuabi64"}, Triplet{Arch::mipsel, "mipsel-linux-gnu"}};

struct Names {
    ToolClass tool_class;
    std::vector<std::string_view> names;
};

/// Plain programs, by their base names. Absent on purpose: uname, arch, hostname, getconf, dpkg and whatever
/// else reports the machine; perl and python, which load the guest's own modules.
const std::vector<Names> &plain_tools() {
    static const std::vector<Names> tools{
        {ToolClass::build, {"make", "ninja", "cmake", "pkgconf", "m4", "bison", "flex", "ccache", "git"}},
        {ToolClass::shell,
         {"bash", "dash", "sed", "grep", "gawk", "mawk", "diff", "cmp", "patch", "find", "xargs"}},
        {ToolClass::archive, {"tar", "gzip", "bzip2", "xz", "zstd"}},
        {ToolClass::coreutils,
         {"[",      "basename", "cat",     "chgrp",   "chmod",     "chown",     "cksum",    "comm",
          "cp",     "csplit",   "cut",     "date",    "dd",        "dirname",   "echo",     "env",
          "expand", "expr",     "false",   "fold",    "head",      "install",   "join",     "link",
          "ln",     "ls",       "md5sum",  "mkdir",   "mkfifo",    "mktemp",    "mv",       "nl",
          "od",     "paste",    "pathchk", "pr",      "printf",    "pwd",       "readlink", "realpath",
          "rm",     "rmdir",    "seq",     "sha1sum", "sha256sum", "sha512sum", "sleep",    "sort",
          "split",  "stat",     "tac",     "tail",    "tee",       "test",      "touch",    "tr",
          "true",   "truncate", "tsort",   "uniq",    "wc",        "yes",       "unexpand", "unlink",
          "sync",   "timeout"}}};
    return tools;
}

constexpr std::array binutils{"as",      "ld.bfd",  "ld.gold", "ar",   "nm",      "ranlib",    "strip",
                              "objcopy", "objdump", "readelf", "size", "strings", "addr2line", "c++filt"};
constexpr std::array drivers{"gcc", "g++", "cpp", "gfortran"};
constexpr std::array compilers{"cc1", "cc1plus", "f951", "lto1", "collect2", "lto-wrapper"};

constexpr std::array llvm_tools{"clang", "lld"};

template <class List> bool holds(const List &list, std::string_view name) {
    return std::ranges::find(list, name) != std::ranges::end(list);
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

} // namespace

std::string_view to_text(ToolClass tool_class) {
    switch (tool_class) {
    case ToolClass::compiler:
        return "compiler";
    case ToolClass::binutils:
        return "binutils";
    case ToolClass::build:
        return "build";
    case ToolClass::shell:
        return "shell";
    case ToolClass::archive:
        return "archive";
    case ToolClass::coreutils:
        return "coreutils";
    case ToolClass::lang:
        return "lang";
    }
    return "";
}

const ToolClasses &all_tool_classes() {
    static const ToolClasses all{ToolClass::compiler, ToolClass::binutils, ToolClass::build,
                                 ToolClass::shell,    ToolClass::archive,  ToolClass::coreutils,
                                 ToolClass::lang};
    return all;
}

Result<ToolClasses> parse_tool_classes(const std::vector<std::string> &names) {
    ToolClasses classes;
    for (const std::string &name : names) {
        const auto found =
            std::ranges::find(all_tool_classes(), name, [](ToolClass each) { return to_text(each); });
        if (found == all_tool_classes().end()) {
            std::string message = "there is no class \"" + printable(name, 40) + "\" of tools: give";
            for (const std::string &known : names_of(all_tool_classes()))
                message += (message.ends_with("give") ? " " : ", ") + known;
            return refuse(Error::invalid_argument, message);
        }
        classes.insert(*found);
    }
    return classes;
}

std::vector<std::string> names_of(const ToolClasses &classes) {
    std::vector<std::string> names;
    for (const ToolClass each : classes)
        names.emplace_back(to_text(each));
    return names;
}

std::string_view gnu_triplet(Arch arch) {
    const auto *const found = std::ranges::find(triplets, arch, &Triplet::arch);
    return found == triplets.end() ? std::string_view() : found->name;
}

std::string llvm_triple(Arch arch) {
    const std::string_view triplet = gnu_triplet(arch);
    const std::size_t dash = triplet.find('-');
    return triplet.empty()
               ? ""
               : std::string(triplet.substr(0, dash)) + "-unknown" + std::string(triplet.substr(dash));
}

std::vector<std::string> triplets_of(Arch arch) {
    const std::string debian(gnu_triplet(arch));
    if (debian.empty())
        return {};
    std::vector<std::string> all{debian};
    const std::string machine = debian.substr(0, debian.find('-'));
    for (std::string other : {std::string(info(arch).gentoo), machine + "-alpine-linux-musl"})
        if (!holds(all, other))
            all.push_back(std::move(other));
    return all;
}

TwinRole role_of_name(std::string_view name) {
    return holds(drivers, name)      ? TwinRole::driver
           : holds(compilers, name)  ? TwinRole::compiler
           : holds(binutils, name)   ? TwinRole::binutil
           : holds(llvm_tools, name) ? TwinRole::llvm
                                     : TwinRole::none;
}

std::optional<ToolClass> class_of_plain(std::string_view name) {
    for (const Names &entry : plain_tools())
        if (holds(entry.names, name))
            return entry.tool_class;
    return std::nullopt;
}

std::string_view without_triplet(std::string_view name, std::string_view triplet) {
    if (!name.starts_with(triplet) || !name.substr(triplet.size()).starts_with("-"))
        return {};
    name.remove_prefix(triplet.size() + 1);
    const std::size_t dash = name.rfind('-');
    if (dash != std::string_view::npos && is_number(name.substr(dash + 1)))
        name.remove_suffix(name.size() - dash);
    return name;
}

} // namespace frank::plan

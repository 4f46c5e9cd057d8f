#include "daemon/plan/twin.hpp"

#include "daemon/plan/exec_table.hpp"
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
/// else reports the machine; perl and python, which load the guest's own modules; pkgconf, whose search path
/// has the machine in it.
const std::vector<Names> &plain_tools() {
    static const std::vector<Names> tools{
        {ToolClass::build, {"make", "ninja", "m4", "bison", "flex"}},
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

template <class List> bool holds(const List &list, std::string_view name) {
    return std::ranges::find(list, name) != std::ranges::end(list);
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "aarch64-linux-gnu-gcc-12" → "gcc"; empty: it is none of the triplet's.
std::string_view plain_name(std::string_view name, std::string_view triplet) {
    if (!name.starts_with(triplet) || !name.substr(triplet.size()).starts_with("-"))
        return {};
    name.remove_prefix(triplet.size() + 1);
    const std::size_t dash = name.rfind('-');
    if (dash != std::string_view::npos && is_number(name.substr(dash + 1)))
        name.remove_suffix(name.size() - dash);
    return name;
}

std::string cross_directory(std::string_view triplet) {
    return "usr/lib/gcc-cross/" + std::string(triplet) + "/";
}

/// The VERSION of usr/lib/gcc-cross/TRIPLET/VERSION/NAME; empty: another path.
std::string version_of(std::string_view path, std::string_view triplet) {
    const std::string directory = cross_directory(triplet);
    if (!path.starts_with(directory))
        return {};
    path.remove_prefix(directory.size());
    const std::size_t slash = path.find('/');
    return slash == std::string_view::npos || path.find('/', slash + 1) != std::string_view::npos
               ? std::string()
               : std::string(path.substr(0, slash));
}

std::string native_path(std::string_view path) {
    return std::string(twin_directory) + "/" + std::string(path);
}

std::optional<ToolClass> class_of_plain(std::string_view name) {
    for (const Names &entry : plain_tools())
        if (holds(entry.names, name))
            return entry.tool_class;
    return std::nullopt;
}

std::string rule(char kind, const std::string &text) { return kind + text; }

/// What a cross driver tells of paths is not what the guest's own does, and what it takes from the
/// environment neither.
std::vector<std::string> driver_rules() {
    std::vector<std::string> rules{rule(RouteRule::setting, "GCC_EXEC_PREFIX=/usr/lib/gcc/"),
                                   rule(RouteRule::variable, "LIBRARY_PATH"),
                                   // A driver sets it for what it calls, and that may be a driver again.
                                   rule(RouteRule::within, "COLLECT_GCC")};
    for (const char *text : {"-v", "-###", "--version", "--help", "-dumpspecs", "-march=native",
                             "-mcpu=native", "-mtune=native"})
        rules.push_back(rule(RouteRule::argument, text));
    for (const char *text : {"-print-", "--print-", "-fplugin", "--target-help", "-specs=", "--sysroot"})
        rules.push_back(rule(RouteRule::prefix, text));
    return rules;
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
    }
    return "";
}

const ToolClasses &all_tool_classes() {
    static const ToolClasses all{ToolClass::compiler, ToolClass::binutils, ToolClass::build,
                                 ToolClass::shell,    ToolClass::archive,  ToolClass::coreutils};
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

std::vector<std::string> twin_packages(Arch arch) {
    const std::string triplet(gnu_triplet(arch));
    std::vector<std::string> packages;
    for (const char *kind : {"gcc-", "g++-", "gfortran-", "binutils-"})
        packages.push_back(kind + triplet);
    for (const char *name : {"make", "ninja-build", "m4",    "bison",    "flex",      "bash",     "dash",
                             "sed",  "grep",        "gawk",  "mawk",     "diffutils", "patch",    "findutils",
                             "tar",  "gzip",        "bzip2", "xz-utils", "zstd",      "coreutils"})
        packages.emplace_back(name);
    return packages;
}

std::optional<TwinTool> tool_of(std::string_view path, Arch arch) {
    const std::string triplet(gnu_triplet(arch));
    const std::string_view name = base_name(path);
    if (triplet.empty())
        return std::nullopt;
    if (const std::string version = version_of(path, triplet); !version.empty()) {
        // What a 32-bit compiler makes of objects at the link is not what a 64-bit one makes of them.
        if (!holds(compilers, name) || (name == "lto1" && info(arch).elf_class == 1))
            return std::nullopt;
        return TwinTool{ToolClass::compiler,
                        "/usr/lib/gcc/" + triplet + "/" + version + "/" + std::string(name),
                        native_path(path)};
    }
    if (path != "usr/bin/" + std::string(name) && path != "bin/" + std::string(name))
        return std::nullopt;
    const std::string guest = "/usr/bin/" + std::string(name);
    const std::string_view plain = plain_name(name, triplet);
    if (holds(drivers, plain))
        return TwinTool{ToolClass::compiler, guest, native_path(path)};
    if (holds(binutils, plain))
        return TwinTool{ToolClass::binutils, guest, native_path(path)};
    if (const auto tool_class = class_of_plain(name))
        return TwinTool{*tool_class, guest, native_path(path)};
    return std::nullopt;
}

std::vector<std::string> rules_of(const TwinTool &tool, Arch arch) {
    const std::string triplet(gnu_triplet(arch));
    const std::string_view name = base_name(tool.guest);
    const std::string_view plain = plain_name(name, triplet);
    std::vector<std::string> rules;
    if (holds(drivers, plain))
        return driver_rules();
    if (name == "cc1" || name == "cc1plus" || name == "f951" || name == "lto1") {
        // 4: an internal compiler error, as it tells its driver (gcc.cc, FATAL_EXIT_CODE and ICE_EXIT_CODE).
        rules = {rule(RouteRule::watched, "4"), rule(RouteRule::prefix, "-fplugin"),
                 rule(RouteRule::argument, "-march=native"), rule(RouteRule::argument, "-version")};
        // What goes into objects for the link depends on the size of the compiler's own pointers.
        if (info(arch).elf_class == 1)
            rules.push_back(rule(RouteRule::prefix, "-flto"));
        // bookworm's own compiler for arm64 has the cure of CVE-2023-4039, which its cross compiler lacks.
        if (arch == Arch::arm64 && tool.guest.find("/12/") != std::string::npos)
            rules.push_back(rule(RouteRule::prefix, "-fstack-protector"));
    }
    if (plain == "as")
        rules = {rule(RouteRule::watched, "")};
    if (plain == "ld.bfd" || plain == "ld.gold") {
        // The compiler's plug-in is a library, and the guest's cannot be loaded.
        const std::string directory = "/usr/lib/gcc/" + triplet + "/";
        rules = {rule(RouteRule::watched, ""), rule(RouteRule::variable, "LD_LIBRARY_PATH"),
                 rule(RouteRule::variable, "LD_RUN_PATH")};
        // Messages begin with the name that it was called by, which a cross compiler's driver has another
        // for.
        rules.push_back(rule(RouteRule::exchange, "/usr/bin/" + triplet + "-ld"));
        rules.push_back(rule(RouteRule::exchange_by, "/usr/bin/ld"));
        for (int version = 8; version <= 20; ++version) {
            const std::string tail = std::to_string(version) + "/liblto_plugin.so";
            rules.push_back(rule(RouteRule::exchange, directory + tail));
            rules.push_back(rule(RouteRule::exchange_by, native_path(cross_directory(triplet) + tail)));
        }
    }
    if (name == "bash") {
        // What it was configured for is built in; what it finds in its environment it keeps.
        const std::string machine(triplet.substr(0, triplet.find('-')));
        rules = {rule(RouteRule::setting, "HOSTTYPE=" + machine),
                 rule(RouteRule::setting,
                      "MACHTYPE=" + machine + "-unknown-linux-gnu" + triplet.substr(triplet.find("gnu") + 3)),
                 rule(RouteRule::argument, "--version")};
    }
    if (name == "make")
        rules = {rule(RouteRule::argument, "--version"), rule(RouteRule::argument, "-v")};
    return rules;
}

std::vector<Rewrite> rewrites_of(std::string_view path, Arch arch) {
    const std::string triplet(gnu_triplet(arch));
    const std::string version = triplet.empty() ? "" : version_of(path, triplet);
    if (version.empty())
        return {};
    // gcc's GPLUSPLUS_INCLUDE_DIR and its like, then the directory that a native compiler does not have, in
    // whose place among the others it looks in /usr/local/include (gcc/cppdefault.cc).
    const std::string own = "/" + cross_directory(triplet) + version + "/../../../../" + triplet + "/include";
    const std::string cplusplus = own + "/c++/" + version;
    const std::string headers = "/" + cross_directory(triplet) + version + "/include";
    const std::string of_guest = "/usr/lib/gcc/" + triplet + "/" + version + "/include";
    return {{headers, of_guest},
            {headers + "-fixed", of_guest + "-fixed"},
            {cplusplus, "/usr/include/c++/" + version},
            {cplusplus + "/" + triplet, "/usr/include/" + triplet + "/c++/" + version},
            {cplusplus + "/backward", "/usr/include/c++/" + version + "/backward"},
            {own, "/usr/local/include"}};
}

} // namespace frank::plan

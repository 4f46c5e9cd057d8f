// What a route says of its twin: when the guest's own program is to do it, and what differs.
#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/plan/twin_names.hpp"
#include "daemon/plan/twin_places.hpp"

namespace frank::plan {

namespace {

std::string rule(char kind, const std::string &text) { return kind + text; }

/// What a cross driver tells of paths is not what the guest's own does, and what it takes from the
/// environment neither.
std::vector<std::string> driver_rules() {
    std::vector<std::string> rules{rule(RouteRule::variable, "LIBRARY_PATH"),
                                   // A driver sets it for what it calls, and that may be a driver again.
                                   rule(RouteRule::within, "COLLECT_GCC")};
    for (const char *text : {"-v", "-###", "--version", "--help", "-dumpspecs", "-march=native",
                             "-mcpu=native", "-mtune=native"})
        rules.push_back(rule(RouteRule::argument, text));
    for (const char *text : {"-print-", "--print-", "-fplugin", "--target-help", "-specs=", "--sysroot"})
        rules.push_back(rule(RouteRule::prefix, text));
    return rules;
}

/// bookworm's own compiler for arm64 has the cure of CVE-2023-4039, which its cross compiler lacks: functions
/// that check a canary, or that take room on the stack as they go (alloca(3), arrays of variable length),
/// have another frame (gcc/config/aarch64/aarch64.cc, aarch64_layout_frame). All others are the same.
void doubt_frames(const TwinTool &tool, std::vector<std::string> &rules) {
    const std::string any; // begins every argument
    rules.push_back(rule(RouteRule::tried, any));
    // What does not write a file cannot be looked at. lto1 has a phase that writes no code.
    if (tool.guest.ends_with("/lto1"))
        rules.push_back(rule(RouteRule::argument, "-"));
    else
        rules.push_back(rule(RouteRule::prefix, any));
    rules.push_back(rule(RouteRule::trusted, "-E"));
    rules.push_back(rule(RouteRule::trusted, "-fsyntax-only"));
    rules.push_back(rule(RouteRule::doubt, "__stack_chk_fail"));
    // Such a function's end takes the stack pointer back from the frame pointer.
    rules.push_back(rule(RouteRule::doubt, "\tsp, x29"));
    // Where it has no end: the stack pointer moves by a register, but for the two that fixed frames are made
    // with.
    for (int number = 0; number <= 30; ++number)
        if (number != 12 && number != 13)
            rules.push_back(rule(RouteRule::doubt, "sub\tsp, sp, x" + std::to_string(number) + "\n"));
}

/// A compiler names its package at the end of what it writes (gcc/toplev.cc, compile_file), and from there it
/// goes into .comment, over which the build-id is a hash. Where the two are of the same upstream version and
/// differ in what the distribution calls it, the guest's is written.
void sign(const Packages &packages, std::vector<std::string> &rules) {
    const bool plain =
        (packages.guest + packages.native).find_first_of("\\\"") == std::string::npos; // in assembly
    if (packages.guest.empty() || packages.native.empty() || packages.guest == packages.native || !plain)
        return;
    const std::string before = "\t.ident\t\"GCC: ";
    rules.push_back(rule(RouteRule::signature, before + packages.native + " "));
    rules.push_back(rule(RouteRule::signature_by, before + packages.guest + " "));
    rules.push_back(rule(RouteRule::argument, "-fverbose-asm")); // names it elsewhere, too
}

std::vector<std::string> compiler_rules(const TwinTool &tool, Arch arch, const Packages &packages) {
    // 4: an internal compiler error, as it tells its driver (gcc.cc, FATAL_EXIT_CODE and ICE_EXIT_CODE).
    std::vector<std::string> rules{rule(RouteRule::watched, "4"), rule(RouteRule::prefix, "-fplugin"),
                                   rule(RouteRule::argument, "-march=native"),
                                   rule(RouteRule::argument, "-version")};
    // iconv(3) loads tables of its own, which are the guest's.
    for (const char *text : {"-finput-charset=", "-fexec-charset=", "-fwide-exec-charset="})
        rules.push_back(rule(RouteRule::prefix, text));
    // What goes into objects for the link depends on the size of the compiler's own pointers.
    if (info(arch).elf_class == 1)
        rules.push_back(rule(RouteRule::prefix, "-flto"));
    if (arch == Arch::arm64 && tool.guest.find("/12/") != std::string::npos)
        doubt_frames(tool, rules);
    sign(packages, rules);
    return rules;
}

/// What it was configured for is told by its first argument; all that comes later counts for more. It is told
/// where it is (guest/machine_name.cpp), and finds headers and libraries as the guest's own does.
std::vector<std::string> clang_rules(const TwinTool &tool, Arch arch) {
    // 70: an internal compiler error (EX_SOFTWARE of sysexits.h).
    std::vector<std::string> rules{
        rule(RouteRule::watched, "70"), rule(RouteRule::first, "--target=" + llvm_triple(arch)),
        // As it calls itself, and then says for what.
        rule(RouteRule::unless, "-cc1"), rule(RouteRule::needs, "-triple"),
        // What it was built for, among other things.
        rule(RouteRule::argument, "-v"), rule(RouteRule::argument, "-version"),
        // Libraries of a user's that it looks for where it compiles for its own machine alone.
        rule(RouteRule::variable, "LIBRARY_PATH"), rule(RouteRule::variable, "CCC_OVERRIDE_OPTIONS"),
        rule(RouteRule::argument, "-load"), rule(RouteRule::argument, "--driver-mode=cl"),
        rule(RouteRule::argument, "--driver-mode=dxc"), rule(RouteRule::argument, "--driver-mode=flang")};
    // Under other names it compiles for other machines: "clang-cl", "x86_64-linux-gnu-clang".
    std::string version = tool.guest.substr(tool.guest.find(llvm_place.before) + llvm_place.before.size());
    version.resize(version.find('/'));
    for (const char *name : {"clang", "clang++", "clang-cpp"}) {
        rules.push_back(rule(RouteRule::called, name));
        rules.push_back(rule(RouteRule::called, std::string(name) + "-" + version));
    }
    for (const char *name : {"cc", "c++"})
        rules.push_back(rule(RouteRule::called, name));
    // This machine's own processor; libraries to load; the command line in what is made; and files of
    // arguments, in which all that could be.
    for (const char *text : {"-march=native", "-mcpu=native", "-mtune=native", "-fplugin", "-fpass-plugin",
                             "-load=", "-grecord-", "-frecord-", "-fmodules", "--config", "@", "--offload",
                             "-fopenmp-targets", "--cuda"})
        rules.push_back(rule(RouteRule::prefix, text));
    // Not proven for compilers whose own pointers have another size.
    if (info(arch).elf_class == 1)
        for (const char *text : {"-flto", "-emit-llvm", "-fembed-bitcode", "-emit-pch"})
            rules.push_back(rule(RouteRule::prefix, text));
    return rules;
}

/// A linker for many machines, which the files that it is given choose from.
std::vector<std::string> lld_rules(Arch arch) {
    std::vector<std::string> rules{rule(RouteRule::watched, ""), rule(RouteRule::argument, "-load")};
    for (const char *text : {"--plugin-opt=mcpu=native", "-plugin-opt=mcpu=native", "--load-pass-plugin",
                             "-load-pass-plugin", "-load="})
        rules.push_back(rule(RouteRule::prefix, text));
    if (info(arch).elf_class == 1)
        for (const char *text :
             {"-plugin-opt=", "--plugin-opt=", "--lto", "-lto"}) // clang's at a link with -flto
            rules.push_back(rule(RouteRule::prefix, text));
    return rules;
}

/// clang's plug-in for linkers is a library of the guest's.
void spare_llvms_plugin(std::vector<std::string> &rules) {
    for (int version = llvm_place.first; version <= llvm_place.last; ++version)
        rules.push_back(rule(RouteRule::argument, "/" + std::string(llvm_place.before) +
                                                      std::to_string(version) +
                                                      std::string(llvm_place.after) + "/../lib/LLVMgold.so"));
}

/// A cross compiler's looks for all linkers by names with its triplet, which lld does not have.
std::vector<std::string> collect_rules() {
    return {rule(RouteRule::argument, "-fuse-ld=lld"), rule(RouteRule::argument, "-fuse-ld=mold")};
}

/// The compiler's plug-in is a library, and the guest's cannot be loaded.
std::vector<std::string> linker_rules(const std::string &triplet, bool debians) {
    // Messages begin with the name that it was called by, which a cross compiler's driver has another for.
    std::vector<std::string> rules{rule(RouteRule::watched, ""), rule(RouteRule::variable, "LD_LIBRARY_PATH"),
                                   rule(RouteRule::variable, "LD_RUN_PATH"),
                                   rule(RouteRule::exchange, "/usr/bin/" + triplet + "-ld"),
                                   rule(RouteRule::exchange_by, "/usr/bin/ld")};
    for (const CompilerPlace &place : compiler_places)
        for (int version = place.first; version <= place.last; ++version) {
            if ((place.cross != place.guest) != debians)
                continue;
            const std::string tail = triplet + "/" + std::to_string(version) + "/liblto_plugin.so";
            rules.push_back(rule(RouteRule::exchange, "/" + std::string(place.guest) + tail));
            rules.push_back(rule(RouteRule::exchange_by,
                                 std::string(twin_directory) + "/" + std::string(place.cross) + tail));
        }
    spare_llvms_plugin(rules);
    return rules;
}

/// What it was configured for is built in; what it finds in its environment it keeps.
std::vector<std::string> bash_rules(const std::string &triplet) {
    const std::string machine(triplet.substr(0, triplet.find('-')));
    return {rule(RouteRule::setting, "HOSTTYPE=" + machine),
            rule(RouteRule::setting,
                 "MACHTYPE=" + machine + "-unknown-linux-gnu" + triplet.substr(triplet.find("gnu") + 3)),
            rule(RouteRule::argument, "--version")};
}

/// Where it looks is built in (Debian's: libpkgconf/libpkgconf.h's PKG_DEFAULT_PATH and SYSTEM_LIBDIR).
std::vector<std::string> pkgconf_rules(const std::string &triplet) {
    const std::string libraries = "/lib:/lib/" + triplet + ":/usr/lib:/usr/lib/" + triplet;
    std::string search;
    for (const std::string &directory :
         {"/usr/local/lib/" + triplet, std::string("/usr/local/lib"), std::string("/usr/local/share"),
          "/usr/lib/" + triplet, std::string("/usr/lib"), std::string("/usr/share")})
        search += (search.empty() ? "" : ":") + directory + "/pkgconfig";
    return {rule(RouteRule::setting, "PKG_CONFIG_LIBDIR=" + search),
            rule(RouteRule::setting, "PKG_CONFIG_SYSTEM_LIBRARY_PATH=" + libraries),
            // The caller's own counts for more.
            rule(RouteRule::variable, "PKG_CONFIG_LIBDIR"),
            rule(RouteRule::variable, "PKG_CONFIG_SYSTEM_LIBRARY_PATH"),
            rule(RouteRule::prefix, "--with-path"), // counts for less than what is set
            rule(RouteRule::prefix, "--variable=pc_"), rule(RouteRule::prefix, "--personality"),
            rule(RouteRule::argument, "--dump-personality")};
}

/// What it tells of itself is the guest's. Bloom filters over names of paths (a commit-graph's) depend on
/// whether a char has a sign (git's bloom.c): who writes them is the guest's own, and guest/git_twin.cpp has
/// nobody else read them.
std::vector<std::string> git_rules() {
    std::vector<std::string> rules;
    for (const std::string text : {"bugreport", "diagnose", "gc", "commit-graph"}) {
        rules.push_back(rule(RouteRule::argument, text));
        rules.push_back(rule(RouteRule::not_called, "git-" + text));
    }
    rules.push_back(rule(RouteRule::argument, "--build-options"));
    return rules;
}

/// The one that its path has in it, else Debian's.
std::string triplet_of(const std::string &guest, Arch arch) {
    for (const std::string &triplet : triplets_of(arch))
        if (guest.find("/" + triplet) != std::string::npos)
            return triplet;
    return std::string(gnu_triplet(arch));
}

/// TRIPLET/VERSION of a compiler's program in Debian's places; empty: another path.
std::string debians_part(std::string_view path, const std::string &triplet) {
    for (const CompilerPlace &place : compiler_places) {
        const std::string before = std::string(place.cross) + triplet + "/";
        if (place.cross != place.guest && path.starts_with(before))
            return std::string(path.substr(place.cross.size(), path.rfind('/') - place.cross.size()));
    }
    return {};
}

} // namespace

std::vector<std::string> rules_of(const TwinTool &tool, Arch arch, const Packages &packages) {
    const std::string triplet = triplet_of(tool.guest, arch);
    const std::string_view name = std::string_view(tool.guest).substr(tool.guest.rfind('/') + 1);
    const std::string_view bare = without_triplet(name, triplet);
    const std::string_view plain = bare.empty() ? name : bare;
    if (role_of_name(plain) == TwinRole::driver)
        return driver_rules();
    if (name == "cc1" || name == "cc1plus" || name == "f951" || name == "lto1")
        return compiler_rules(tool, arch, packages);
    if (name == "collect2")
        return collect_rules();
    if (name == "clang")
        return clang_rules(tool, arch);
    if (name == "lld")
        return lld_rules(arch);
    if (plain == "as")
        return {rule(RouteRule::watched, "")};
    if (plain == "ld.bfd" || plain == "ld.gold")
        return linker_rules(triplet, triplet == gnu_triplet(arch));
    if (name == "bash")
        return bash_rules(triplet);
    if (name == "pkgconf")
        return pkgconf_rules(triplet);
    if (name == "cmake")
        return {rule(RouteRule::argument, "--system-information")};
    if (name == "git")
        return git_rules();
    if (name == "make")
        return {rule(RouteRule::argument, "--version"), rule(RouteRule::argument, "-v")};
    return {};
}

std::vector<Rewrite> rewrites_of(std::string_view path, Arch arch) {
    const std::string triplet(gnu_triplet(arch));
    if (triplet.empty())
        return {};
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (role_of_name(without_triplet(name, triplet)) == TwinRole::driver) // where it looks for the rest
        return {{"/usr/lib/gcc-cross/", "/usr/lib/gcc/"}, {"/usr/libexec/gcc-cross/", "/usr/libexec/gcc/"}};
    const std::string part = debians_part(path, triplet);
    if (part.empty())
        return {};
    // gcc's GPLUSPLUS_INCLUDE_DIR and its like, then the directory that a native compiler does not have, in
    // whose place among the others it looks in /usr/local/include (gcc/cppdefault.cc).
    const std::string version = part.substr(triplet.size() + 1);
    const std::string own = "/usr/lib/gcc-cross/" + part + "/../../../../" + triplet + "/include";
    const std::string cplusplus = own + "/c++/" + version;
    const std::string headers = "/usr/lib/gcc-cross/" + part + "/include";
    const std::string of_guest = "/usr/lib/gcc/" + part + "/include";
    return {{headers, of_guest},
            {headers + "-fixed", of_guest + "-fixed"},
            {cplusplus, "/usr/include/c++/" + version},
            {cplusplus + "/" + triplet, "/usr/include/" + triplet + "/c++/" + version},
            {cplusplus + "/backward", "/usr/include/c++/" + version + "/backward"},
            {own, "/usr/local/include"}};
}

} // namespace frank::plan

// Tools that a build spends time in and that stay emulated, with what a native one would do otherwise.
#include "daemon/plan/twin.hpp"

namespace frank::plan {

namespace {

constexpr const char *why_perl =
    "not proven: a native perl cannot load the guest's modules (.so), nor has its @INC and Config";
constexpr const char *why_rustc =
    "not proven: it loads procedural macros (.so) that are built for the guest, and tells its host";
constexpr const char *why_go =
    "not proven: go builds for what runs it, and its compile, asm and link have no comparison yet";
constexpr const char *why_git =
    "not proven: on 32 bits git has other limits of dates and sizes than a native one";

/// Debian has a directory for each of go's releases.
constexpr int first_go = 15, last_go = 26;

} // namespace

std::vector<UnprovenTool> unproven_tools(Arch arch) {
    std::vector<UnprovenTool> tools{{ToolClass::lang, "/usr/bin/perl", why_perl},
                                    {ToolClass::lang, "/usr/bin/rustc", why_rustc}};
    for (int release = first_go; release <= last_go; ++release)
        tools.push_back({ToolClass::lang, "/usr/lib/go-1." + std::to_string(release) + "/bin/go", why_go});
    if (info(arch).elf_class == 1)
        tools.push_back({ToolClass::build, "/usr/bin/git", why_git});
    return tools;
}

} // namespace frank::plan

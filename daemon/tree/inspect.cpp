#include "daemon/tree/inspect.hpp"

#include "daemon/plan/elf.hpp"
#include "daemon/plan/os_release.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/tree/needs.hpp"
#include "daemon/tree/numbers.hpp"
#include "daemon/tree/plain_file.hpp"
#include "daemon/tree/tree_root.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

namespace frank::tree {

using plan::Arch;
using plan::refuse;
using plan::Result;

namespace {

/// In the order in which they are believed.
constexpr std::array shells{"/bin/sh", "/bin/bash", "/usr/bin/env", "/bin/busybox", "/sbin/init"};

struct Program {
    std::string path;
    plan::ElfIdent ident;
    std::optional<Arch> arch;
};

std::optional<Program> read_program(int root, const char *path) {
    const std::string head = read_head(open_plain_file(root, path), plan::elf_ident_bytes);
    const auto ident = plan::parse_elf(std::as_bytes(std::span(head)));
    if (!ident)
        return std::nullopt;
    return Program{path, *ident, plan::arch_of(*ident)};
}

std::string name_of(Arch arch) { return std::string(plan::info(arch).debian); }

/// armhf and armel differ in a flag that old toolchains left out: there the user's word counts.
bool could_be(const Program &program, Arch arch) {
    const plan::ArchInfo &wanted = plan::info(arch);
    return program.ident.machine == wanted.elf_machine && program.ident.elf_class == wanted.elf_class &&
           program.ident.data == wanted.elf_data;
}

Result<Arch> confirm(const std::vector<Program> &programs, Arch wanted) {
    if (std::ranges::any_of(programs, [&](const Program &program) { return could_be(program, wanted); }))
        return wanted;
    const Program &first = programs.front();
    return refuse(Error::bad_image, "it is not for " + name_of(wanted) + ": its " + first.path + " is for " +
                                        (first.arch ? name_of(*first.arch) : "another machine"));
}

Result<Arch> find_out(const std::vector<Program> &programs) {
    const Program &first = programs.front();
    if (!first.arch)
        return refuse(Error::bad_image, first.path +
                                            " is for a machine that is not known here (ELF machine " +
                                            std::to_string(first.ident.machine) + ")");
    const auto other = std::ranges::find_if(programs, [&](const Program &p) { return p.arch != first.arch; });
    if (other != programs.end())
        return refuse(Error::bad_image, "ambiguous: " + first.path + " is " + name_of(*first.arch) + " but " +
                                            other->path + " is " +
                                            (other->arch ? name_of(*other->arch) : "for an unknown machine") +
                                            "; give --arch");
    return *first.arch;
}

std::string os_release_of(int root) {
    for (const char *path : {"/etc/os-release", "/usr/lib/os-release"}) {
        if (const sys::Fd file = open_plain_file(root, path))
            return read_head(file, plan::max_os_release_bytes);
    }
    return "";
}

/// clang or lld, which have twins where a root has them alone.
bool has_llvm(const std::string &directory) {
    const auto root = open_tree_root(directory);
    return root && std::ranges::any_of(plan::llvm_paths(), [&root](const std::string &path) {
               return static_cast<bool>(open_plain_file(root->get(), path.c_str()));
           });
}

} // namespace

Result<Findings> inspect(const std::string &directory, Arch wanted) {
    const auto root = open_tree_root(directory);
    if (!root)
        return tl::unexpected(root.error());
    if (const auto checked = check_directories(root->get(), false); !checked)
        return tl::unexpected(checked.error());

    std::vector<Program> programs;
    for (const char *shell : shells)
        if (auto program = read_program(root->get(), shell))
            programs.push_back(std::move(*program));
    if (programs.empty())
        return refuse(Error::bad_image,
                      "no root file system: it has no program at /bin/sh, nor at /bin/bash, "
                      "/usr/bin/env, /bin/busybox or /sbin/init");
    const auto arch = wanted == Arch::none ? find_out(programs) : confirm(programs, wanted);
    if (!arch)
        return tl::unexpected(arch.error());
    const std::string os_release = os_release_of(root->get());
    Findings findings{*arch, plan::pretty_name(os_release), find_needs(root->get()),
                      find_storage(root->get()), plan::debian_suite(os_release)};
    findings.extra.erase(*arch);
    return findings;
}

Result<void> tell_findings(const std::string &directory, const std::string &arch_name, Reporter &reporter) {
    const auto wanted = arch_name.empty() ? Arch::none : plan::arch_by_debian_name(arch_name);
    if (!wanted)
        return refuse(Error::unsupported_architecture, "no architecture is called \"" + arch_name + "\"");
    const auto findings = inspect(directory, *wanted);
    if (!findings)
        return tl::unexpected(findings.error());
    reporter.say("arch", name_of(findings->arch));
    for (const plan::ArchInfo &entry : plan::arch_table())
        if (findings->extra.contains(entry.arch))
            reporter.say("extra", entry.debian);
    reporter.say("os", findings->os_name);
    if (!findings->suite.empty())
        reporter.say("suite", findings->suite);
    plan::ArchSet all = findings->extra;
    all.insert(findings->arch);
    if (has_llvm(directory))
        reporter.say("llvm", "there");
    if (plan::storage_trouble(all, findings->storage))
        reporter.say("storage",
                     std::to_string(findings->storage.wide.bits()) + " " + findings->storage.file_system);
    reporter.say("checked", "ok");
    return {};
}

} // namespace frank::tree

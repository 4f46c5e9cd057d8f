// This machine's own binfmt table, as Manager shows it and has it changed.
#include "daemon/bus/manager_object.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/session/host_table.hpp"

#include <algorithm>

namespace frank::bus {

namespace {

constexpr std::size_t longest_text = 512;

std::string hex(const std::string &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

std::string what_it_takes(const plan::TableEntry &entry) {
    if (entry.magic.empty())
        return plan::printable("extension ." + entry.extension, longest_text);
    return (entry.offset == 0 ? "" : "offset " + std::to_string(entry.offset) + " ") + "magic " +
           hex(entry.magic) + (entry.mask.empty() ? "" : " mask " + hex(entry.mask));
}

/// The architectures whose programs come to it: of all that take them, it is the first.
std::vector<std::string> won_by(const plan::TableEntry &entry, const std::vector<plan::TableEntry> &table) {
    std::vector<std::string> names;
    for (const plan::ArchInfo &arch : plan::arch_table()) {
        if (arch.native)
            continue;
        const std::string head = plan::session_table_entry(arch.arch, "/x").magic;
        const auto first = std::ranges::find_if(
            table, [&](const plan::TableEntry &other) { return takes(other, head, ""); });
        if (first != table.end() && first->name == entry.name)
            names.emplace_back(arch.debian);
    }
    return names;
}

plan::Arch take_arch(const std::string &name) {
    for (const plan::ArchInfo &arch : plan::arch_table())
        if (arch.debian == name || arch.qemu == name) {
            if (arch.native)
                refuse(Error::invalid_argument, "this machine runs " + name + " programs by itself");
            return arch.arch;
        }
    std::string known;
    for (const plan::ArchInfo &arch : plan::arch_table())
        if (!arch.native)
            known += (known.empty() ? "" : ", ") + std::string(arch.debian);
    refuse(Error::unsupported_architecture,
           "there is no architecture \"" + plan::printable(name, 40) + "\"; known here: " + known);
}

} // namespace

std::vector<ManagerObject::BinfmtEntry> ManagerObject::ListBinfmt() {
    return guarded([&] {
        static_assert(rule_of(INTERFACE_NAME, "ListBinfmt").others == public_read);
        const session::HostTable &host = door_.ledger().host_table();
        const auto table = accept(host.entries());
        std::vector<BinfmtEntry> entries;
        entries.reserve(table.size());
        for (const plan::TableEntry &entry : table)
            entries.emplace_back(plan::printable(entry.name, longest_text), entry.enabled,
                                 plan::printable(entry.interpreter, longest_text),
                                 plan::printable(entry.flags, longest_text), what_it_takes(entry),
                                 host.purpose(entry), won_by(entry, table));
        return entries;
    });
}

std::vector<ManagerObject::BinfmtEntry> ManagerObject::CheckBinfmt(const std::string &file,
                                                                   const std::vector<std::uint8_t> &head) {
    return guarded([&] {
        static_assert(rule_of(INTERFACE_NAME, "CheckBinfmt").others == public_read);
        const auto table = accept(door_.ledger().host_table().entries());
        const std::string bytes(head.begin(), head.end());
        std::vector<BinfmtEntry> entries;
        const auto all = ListBinfmt();
        for (std::size_t i = 0; i < table.size() && i < all.size(); ++i)
            if (takes(table[i], bytes, file))
                entries.push_back(all[i]);
        return entries;
    });
}

void ManagerObject::set_binfmt(const MethodRule &rule, sdbus::Result<> &&result, const std::string &arch,
                               OptionMap options, bool on) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        const plan::Arch known = take_arch(arch);
        const Call call{rule,
                        door_.callers().now(),
                        true,
                        interactive,
                        {{"arch", std::string(plan::info(known).debian)}}};
        door_.pass(call, reply, [&table = door_.ledger().host_table(), reply, known, on] {
            on ? table.enable(known, answer(reply)) : table.disable(known, answer(reply));
        });
    });
}

void ManagerObject::EnableBinfmt(sdbus::Result<> &&result, std::string arch, OptionMap options) {
    set_binfmt(rule_of(INTERFACE_NAME, "EnableBinfmt"), std::move(result), arch, std::move(options), true);
}

void ManagerObject::DisableBinfmt(sdbus::Result<> &&result, std::string arch, OptionMap options) {
    set_binfmt(rule_of(INTERFACE_NAME, "DisableBinfmt"), std::move(result), arch, std::move(options), false);
}

} // namespace frank::bus

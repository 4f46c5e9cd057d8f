#include "daemon/plan/exec_table_builder.hpp"

#include "daemon/plan/mount_plan.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace frank::plan {

namespace {

/// Records at fixed places first, then the strings they point to.
class TableWriter {
  public:
    explicit TableWriter(std::size_t records) : bytes_(records) {}

    template <class Record> void put(std::size_t offset, const Record &record) {
        std::memcpy(bytes_.data() + offset, &record, sizeof record);
    }

    std::uint32_t add_string(const std::string &text) {
        if (text.find('\0') != std::string::npos)
            throw std::logic_error("NUL in a string of the exec table");
        const std::size_t offset = bytes_.size();
        if (offset + text.size() >= exec_table_max_bytes)
            throw std::length_error("exec table too large");
        const auto *start = reinterpret_cast<const std::byte *>(text.c_str());
        bytes_.insert(bytes_.end(), start, start + text.size() + 1);
        return static_cast<std::uint32_t>(offset);
    }

    std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_;
};

ExecEmulator emulator_record(const EmulatorEntry &entry, TableWriter &writer, const ElfFlags &flags) {
    if (entry.options.size() > exec_table_max_options)
        throw std::length_error("too many options for an emulator");
    const ArchInfo &arch = info(entry.arch);
    ExecEmulator record{arch.elf_machine,
                        arch.elf_class,
                        arch.elf_data,
                        flags.mask,
                        flags.value,
                        writer.add_string(entry.path),
                        0,
                        0};
    record.option_count = static_cast<std::uint32_t>(entry.options.size());
    record.options = writer.size();
    for (const std::string &option : entry.options)
        (void)writer.add_string(option);
    return record;
}

struct Rule {
    const EmulatorEntry *entry;
    ElfFlags flags;
};

/// The files of each architecture first, so that armhf and armel have each its own options; then all that the
/// emulators can run: Go and old toolchains leave the flags of the ABI out.
std::vector<Rule> rules_of(const std::vector<EmulatorEntry> &emulators) {
    std::vector<Rule> rules;
    rules.reserve(2 * emulators.size());
    for (const EmulatorEntry &entry : emulators)
        rules.push_back({&entry, info(entry.arch).abi});
    for (const EmulatorEntry &entry : emulators)
        if (const ArchInfo &about = info(entry.arch); about.abi != about.emulator)
            rules.push_back({&entry, about.emulator});
    return rules;
}

ExecRoute route_record(const RouteEntry &entry, TableWriter &writer) {
    ExecRoute record{};
    record.path = writer.add_string(entry.path);
    record.native = writer.add_string(entry.native);
    record.device = entry.device;
    record.inode = entry.inode;
    record.size = entry.size;
    record.mtime_seconds = entry.mtime_seconds;
    record.mtime_nanoseconds = entry.mtime_nanoseconds;
    record.counter = entry.counter;
    if (entry.rules.size() > exec_table_max_rules)
        throw std::length_error("too many rules for a route");
    record.rule_count = static_cast<std::uint32_t>(entry.rules.size());
    record.rules = writer.size();
    for (const std::string &rule : entry.rules)
        (void)writer.add_string(rule);
    return record;
}

} // namespace

std::vector<std::byte> build_exec_table(const std::vector<EmulatorEntry> &emulators,
                                        std::vector<RouteEntry> routes, Watch watch) {
    std::ranges::sort(routes, {}, &RouteEntry::path);

    // Routes come first: they hold 64-bit fields, and the header's size keeps them aligned.
    static_assert(sizeof(ExecTableHeader) % alignof(ExecRoute) == 0);
    static_assert(sizeof(ExecRoute) % alignof(ExecEmulator) == 0);
    const std::size_t route_offset = sizeof(ExecTableHeader);
    const std::size_t emulator_offset = route_offset + routes.size() * sizeof(ExecRoute);
    const std::vector<Rule> rules = rules_of(emulators);
    const std::size_t records = emulator_offset + rules.size() * sizeof(ExecEmulator);
    if (records >= exec_table_max_bytes)
        throw std::length_error("exec table too large");

    TableWriter writer(records);
    for (std::size_t i = 0; i < routes.size(); ++i)
        writer.put(route_offset + i * sizeof(ExecRoute), route_record(routes[i], writer));
    for (std::size_t i = 0; i < rules.size(); ++i)
        writer.put(emulator_offset + i * sizeof(ExecEmulator),
                   emulator_record(*rules[i].entry, writer, rules[i].flags));

    ExecTableHeader header{};
    header.magic = exec_table_magic;
    header.size = writer.size();
    header.emulator_count = static_cast<std::uint32_t>(rules.size());
    header.emulator_offset = static_cast<std::uint32_t>(emulator_offset);
    header.route_count = static_cast<std::uint32_t>(routes.size());
    header.route_offset = static_cast<std::uint32_t>(route_offset);
    header.watch = watch;
    writer.put(0, header);
    return writer.take();
}

std::string emulator_path_in_session(Arch arch) {
    return std::string(run_directory) + "/qemu-" + std::string(info(arch).qemu);
}

} // namespace frank::plan

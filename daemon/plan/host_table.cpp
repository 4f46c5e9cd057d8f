#include "daemon/plan/host_table.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

using Entries = std::vector<TableEntry>;

const TableEntry *find(const Entries &entries, const std::string &name) {
    const auto found = std::ranges::find(entries, name, &TableEntry::name);
    return found == entries.end() ? nullptr : &*found;
}

const TableMemory::Replaced *find(const std::vector<TableMemory::Replaced> &replaced,
                                  const std::string &name) {
    const auto found = std::ranges::find(replaced, name, [](const auto &r) { return r.entry.name; });
    return found == replaced.end() ? nullptr : &*found;
}

/// The table as it will be, with the steps that make it so.
class Draft {
  public:
    explicit Draft(Entries table) : table_(std::move(table)) {}

    const Entries &table() const { return table_; }
    const TableEntry *find(const std::string &name) const { return plan::find(table_, name); }

    void remove(const std::string &name) {
        const auto found = std::ranges::find(table_, name, &TableEntry::name);
        steps_.push_back({TableDeed::remove, *found});
        table_.erase(found);
    }
    void add(const TableEntry &entry) {
        steps_.push_back({TableDeed::add, entry});
        if (!entry.enabled)
            steps_.push_back({TableDeed::disable, entry});
        table_.insert(table_.begin(), entry);
    }
    std::vector<TableStep> take_steps() { return std::move(steps_); }

  private:
    Entries table_;
    std::vector<TableStep> steps_;
};

class Planner {
  public:
    Planner(const Entries &table, const TableMemory &memory, const Entries &wanted,
            std::span<const std::string> stale)
        : draft_(table), memory_(memory), wanted_(wanted), stale_(stale), replaced_(memory.replaced) {}

    TablePlan plan() {
        finish();
        for (const TableEntry &ours : memory_.ours)
            if (find(wanted_, ours.name) == nullptr)
                put_back(ours);
        for (const TableEntry &wanted : wanted_)
            put_in(wanted);
        TablePlan plan{draft_.take_steps(), memory_, memory_};
        for (const TableEntry &wanted : wanted_) {
            std::erase_if(plan.before.ours, [&](const TableEntry &e) { return e.name == wanted.name; });
            plan.before.ours.push_back(wanted);
        }
        plan.before.replaced = replaced_;
        plan.before.unfinished = others_;
        plan.after.unfinished.clear();
        plan.after.ours = wanted_;
        std::erase_if(replaced_, [this](const auto &r) { return find(wanted_, r.entry.name) == nullptr; });
        plan.after.replaced = replaced_;
        return plan;
    }

  private:
    bool is_ours(const TableEntry &entry) const {
        return find(wanted_, entry.name) != nullptr || find(memory_.ours, entry.name) != nullptr;
    }

    /// A registration of others' entries that was interrupted is done again, all of it: their order counts.
    void finish() {
        for (const TableEntry &other : memory_.unfinished) {
            TableEntry now = other;
            if (const TableEntry *found = draft_.find(other.name)) {
                now.enabled = found->enabled;
                if (*found != now)
                    continue; // it is ours, or somebody's new one
                draft_.remove(other.name);
            }
            if (find(wanted_, other.name) == nullptr)
                add_other(other);
        }
    }

    void add_other(const TableEntry &entry) {
        others_.push_back(entry);
        draft_.add(entry);
    }

    void put_back(const TableEntry &ours) {
        const TableEntry *now = draft_.find(ours.name);
        const TableMemory::Replaced *then = find(replaced_, ours.name);
        if (now != nullptr && *now != ours)
            return; // another tool has taken the name: it is that tool's now
        if (now != nullptr && then != nullptr && then->entry == *now)
            return; // they are the same
        if (now != nullptr)
            draft_.remove(ours.name);
        if (then == nullptr)
            return;
        add_other(then->entry);
        // A registration is the newest of all; who won over it before must win again.
        for (auto name = then->in_front.rbegin(); name != then->in_front.rend(); ++name)
            if (const TableEntry *other = draft_.find(*name);
                other != nullptr && !is_ours(*other) && overlap(*other, then->entry)) {
                const TableEntry copy = *other;
                draft_.remove(copy.name);
                add_other(copy);
            }
    }

    void put_in(const TableEntry &wanted) {
        const TableEntry *now = draft_.find(wanted.name);
        const TableEntry *known = find(memory_.ours, wanted.name);
        if (now != nullptr && (known == nullptr || *now != *known))
            remember(*now);
        const bool fresh = std::ranges::find(stale_, wanted.name) == stale_.end();
        if (now != nullptr && *now == wanted && fresh && wins(wanted))
            return;
        if (now != nullptr)
            draft_.remove(wanted.name);
        draft_.add(wanted);
    }

    void remember(const TableEntry &entry) {
        TableMemory::Replaced replaced{entry, {}};
        for (const TableEntry &other : draft_.table()) {
            if (other.name == entry.name)
                break;
            if (!is_ours(other) && overlap(other, entry))
                replaced.in_front.push_back(other.name);
        }
        std::erase_if(replaced_, [&](const auto &r) { return r.entry.name == entry.name; });
        replaced_.push_back(std::move(replaced));
    }

    bool wins(const TableEntry &wanted) const {
        const auto place = std::ranges::find(wanted_, wanted.name, &TableEntry::name);
        for (const TableEntry &other : draft_.table()) {
            if (other.name == wanted.name)
                return true;
            const bool ours_too = std::find_if(place, wanted_.end(), [&](const TableEntry &later) {
                                      return later.name == other.name;
                                  }) != wanted_.end();
            if (other.enabled && overlap(other, wanted) && !ours_too)
                return false;
        }
        return false;
    }

    Draft draft_;
    const TableMemory &memory_;
    const Entries &wanted_;
    std::span<const std::string> stale_;
    std::vector<TableMemory::Replaced> replaced_;
    Entries others_;
};

constexpr std::string_view heading = "frankend host table 1";

std::string entry_words(const TableEntry &entry) {
    return std::string(entry.enabled ? "enabled " : "disabled ") + table_line(entry) + "\n";
}

Result<TableEntry> read_words(std::string_view words) {
    const std::size_t space = std::min(words.find(' '), words.size());
    auto entry = parse_table_line(words.substr(std::min(space + 1, words.size())));
    if (entry)
        entry->enabled = words.substr(0, space) == "enabled";
    return entry;
}

} // namespace

TablePlan plan_host_table(const Entries &table, const TableMemory &memory, const Entries &wanted,
                          std::span<const std::string> stale) {
    return Planner(table, memory, wanted, stale).plan();
}

std::string describe(const TableStep &step) {
    switch (step.deed) {
    case TableDeed::remove:
        return "remove " + step.entry.name;
    case TableDeed::add:
        return "add " + step.entry.name + " " + step.entry.interpreter + " " + step.entry.flags;
    case TableDeed::disable:
        return "disable " + step.entry.name;
    }
    return "unknown step";
}

std::string to_text(const TableMemory &memory) {
    std::string text = std::string(heading) + "\nboot " + memory.boot + "\n";
    for (const TableEntry &ours : memory.ours)
        text += "ours " + entry_words(ours);
    for (const TableMemory::Replaced &replaced : memory.replaced) {
        text += "replaced " + entry_words(replaced.entry);
        for (const std::string &name : replaced.in_front)
            text += "in-front " + name + "\n";
    }
    for (const TableEntry &other : memory.unfinished)
        text += "unfinished " + entry_words(other);
    return text;
}

Result<TableMemory> parse_table_memory(std::string_view text) {
    TableMemory memory;
    bool headed = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t space = std::min(line.find(' '), line.size());
        const std::string_view key = line.substr(0, space);
        const std::string_view rest = line.substr(std::min(space + 1, line.size()));
        if (!headed && line == heading) {
            headed = true;
        } else if (headed && key == "boot") {
            memory.boot = rest;
        } else if (headed && (key == "ours" || key == "replaced" || key == "unfinished")) {
            auto entry = read_words(rest);
            if (!entry)
                return tl::unexpected<Refusal>(entry.error());
            if (key == "ours")
                memory.ours.push_back(std::move(*entry));
            else if (key == "unfinished")
                memory.unfinished.push_back(std::move(*entry));
            else
                memory.replaced.push_back({std::move(*entry), {}});
        } else if (headed && key == "in-front" && !memory.replaced.empty()) {
            memory.replaced.back().in_front.emplace_back(rest);
        } else {
            return refuse(Error::failed, "what was remembered of the binfmt table is damaged");
        }
    }
    return memory;
}

} // namespace frank::plan

#include "daemon/plan/workaround.hpp"

#include "daemon/plan/board.hpp"
#include "daemon/plan/compiler_cache.hpp"
#include "daemon/plan/glibc.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/root_pattern.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

/// "A=1 " of "A=1 2 3".
bool sets_key(const std::string &entry, const std::string &key) {
    return entry.size() > key.size() && entry.starts_with(key) && entry[key.size()] == '=';
}

/// What all of them set together; the first that sets a variable decides how it is put together.
std::vector<Setting> combined(const Chosen &workarounds) {
    std::vector<Setting> all;
    for (const Workaround *one : workarounds)
        for (const Setting &setting : one->environment) {
            const auto same = std::ranges::find(all, setting.key, &Setting::key);
            if (same == all.end())
                all.push_back(setting);
            else if (!same->separator.empty())
                same->value += same->separator + setting.value;
        }
    return all;
}

std::string limit_text(const char *name, std::uint64_t value) {
    return value == 0 ? "" : std::string("limit ") + name + " " + std::to_string(value);
}

} // namespace

bool Workaround::is_for(Arch arch) const {
    if (arch == Arch::none || info(arch).native)
        return false;
    return arches.empty() || std::ranges::find(arches, arch) != arches.end();
}

bool Workaround::needs_cache() const {
    return std::ranges::find(environment, compiler_cache_directory, &Setting::value) != environment.end();
}

std::string Workaround::sets() const {
    std::string text;
    const auto add = [&text](const std::string &what) {
        if (!what.empty())
            text += (text.empty() ? "" : ", ") + what;
    };
    for (const Setting &setting : environment)
        add(std::string(setting.key).append("=").append(setting.value));
    add(limit_text("stack", limits.stack));
    add(limit_text("nofile", limits.nofile));
    add(limit_text("nproc", limits.nproc));
    for (const std::string &path : emulated)
        add("emulated " + path);
    return text;
}

bool Workarounds::add(Workaround workaround) {
    const auto at = std::ranges::lower_bound(all_, workaround.name, {}, &Workaround::name);
    if (at != all_.end() && at->name == workaround.name)
        *at = std::move(workaround);
    else if (all_.size() < max_workarounds)
        all_.insert(at, std::move(workaround));
    else
        return false;
    return true;
}

const Workaround *Workarounds::find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(all_, name, {}, &Workaround::name);
    return at != all_.end() && at->name == name ? &*at : nullptr;
}

Result<void> Workarounds::check(const std::vector<std::string> &names) const {
    const auto wrong =
        std::ranges::find_if(names, [this](const auto &name) { return find(name) == nullptr; });
    if (wrong == names.end())
        return {};
    std::string list;
    for (const Workaround &one : all_)
        list += (list.empty() ? "; there are: " : ", ") + one.name;
    return refuse(Error::invalid_argument,
                  "there is no work-around \"" + printable(*wrong, 40) + "\"" + list);
}

Chosen Workarounds::candidates(Arch arch) const {
    Chosen chosen;
    for (const Workaround &one : all_)
        if (one.is_for(arch))
            chosen.push_back(&one);
    return chosen;
}

Chosen Workarounds::choose(Arch arch, const std::vector<std::string> &found,
                           const std::vector<std::string> &off) const {
    Chosen chosen = candidates(arch);
    std::erase_if(chosen, [&](const Workaround *one) {
        return std::ranges::find(found, one->name) == found.end() ||
               std::ranges::find(off, one->name) != off.end();
    });
    return chosen;
}

std::vector<std::string> with_workarounds(const Chosen &workarounds, std::vector<std::string> env) {
    std::vector<std::string> all;
    std::size_t bytes = 0;
    for (const Setting &setting : combined(workarounds)) {
        const std::size_t more = setting.key.size() + setting.value.size() + setting.separator.size() + 2;
        if (bytes + more > max_workaround_bytes)
            continue;
        const auto own =
            std::ranges::find_if(env, [&](const auto &entry) { return sets_key(entry, setting.key); });
        if (own == env.end())
            all.push_back(std::string(setting.key).append("=").append(setting.value));
        else if (!setting.separator.empty())
            own->insert(setting.key.size() + 1, setting.value + setting.separator);
        else
            continue;
        bytes += more;
    }
    all.insert(all.end(), std::make_move_iterator(env.begin()), std::make_move_iterator(env.end()));
    return all;
}

SpawnLimits limits_of(const Chosen &workarounds) {
    SpawnLimits limits;
    for (const Workaround *one : workarounds) {
        limits.stack = std::max(limits.stack, one->limits.stack);
        limits.nofile = std::max(limits.nofile, one->limits.nofile);
        limits.nproc = std::max(limits.nproc, one->limits.nproc);
    }
    return limits;
}

const Workaround *keeper_of(const Chosen &workarounds, std::string_view path) {
    for (const Workaround *one : workarounds)
        if (std::ranges::any_of(one->emulated,
                                [&](const std::string &pattern) { return path_matches(path, pattern); }))
            return one;
    return nullptr;
}

std::string advice_on(const Chosen &workarounds, std::string_view breakage) {
    std::string text;
    for (const Workaround *one : workarounds)
        if (std::ranges::find(one->breakages, breakage) != one->breakages.end())
            text += (text.empty() ? "" : "; ") + one->advice;
    return text;
}

std::vector<std::byte> encode_questions(const Chosen &workarounds) {
    std::vector<std::byte> payload;
    const auto add = [&payload](const std::string &text) {
        const auto *start = reinterpret_cast<const std::byte *>(text.c_str());
        payload.insert(payload.end(), start, start + text.size() + 1);
    };
    static_assert(max_workarounds *
                      (max_glibc_rule_bytes + 1 + max_workaround_paths * (max_pattern_bytes + 1) + 1) <=
                  init_max_payload);
    for (const Workaround *one : workarounds) {
        if (!one->glibc.empty())
            add(one->glibc);
        for (const std::string &path : one->paths)
            add(path);
        add("");
    }
    return payload;
}

} // namespace frank::plan

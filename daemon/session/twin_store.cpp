#include "daemon/session/twin_store.hpp"

#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <fcntl.h>

namespace frank::session {

namespace {

std::string file_name(const plan::Twins &twins) { return plan::to_text(twins.instance) + ".toml"; }

} // namespace

TwinStore::TwinStore(const std::string &state) : directory_(state + "/twins") {
    sys::ensure_directory(state, 0700);
    sys::ensure_directory(directory_, 0700);
    for (const std::string &name : names_in(directory_)) {
        if (is_set_aside(name))
            continue;
        const auto text = sys::read_file(open_directory(directory_).get(), name.c_str(), max_state_bytes);
        auto twins = text ? plan::twins_from_toml(*text) : plan::refuse(Error::failed, "it cannot be read");
        if (twins && file_name(*twins) == name)
            all_.push_back(std::move(*twins));
        else
            set_aside(directory_, name, twins ? "its name is another's" : twins.error().message);
    }
}

void TwinStore::save(const plan::Twins &twins) {
    sys::write_file_atomically(open_directory(directory_).get(), file_name(twins).c_str(),
                               plan::to_toml(twins));
    std::erase_if(all_, [&](const plan::Twins &each) { return each.instance == twins.instance; });
    all_.push_back(twins);
}

void TwinStore::remove(const plan::Twins &twins) {
    const std::string name = file_name(twins);
    const auto instance = twins.instance;
    const sys::Fd directory = open_directory(directory_);
    if (::unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        sys::breakage("remove " + name);
    std::erase_if(all_, [&](const plan::Twins &each) { return each.instance == instance; });
}

const plan::Twins *TwinStore::find(const std::string &digest) const {
    const auto found = std::ranges::find(all_, digest, &plan::Twins::digest);
    return found == all_.end() || digest.empty() ? nullptr : &*found;
}

const plan::Twins *TwinStore::newest(const std::string &suite, plan::Arch arch) const {
    const plan::Twins *best = nullptr;
    for (const plan::Twins &each : all_)
        // Without a suite they are of a directory that somebody gave for a root of theirs alone.
        if (!each.digest.empty() && !suite.empty() && each.suite == suite && each.arch == arch &&
            (best == nullptr || best->created < each.created))
            best = &each;
    return best;
}

} // namespace frank::session

// What every part of the ledger works with. The ledger owns it; it outlives all of them.
#pragma once

#include "daemon/session/cache_store.hpp"
#include "daemon/session/catalogue.hpp"
#include "daemon/session/footing.hpp"
#include "daemon/session/host_table.hpp"
#include "daemon/session/job_store.hpp"
#include "daemon/session/job_table.hpp"
#include "daemon/session/layer_store.hpp"
#include "daemon/session/machine.hpp"
#include "daemon/session/news.hpp"
#include "daemon/session/runtime_store.hpp"
#include "daemon/session/settings_store.hpp"
#include "daemon/session/task.hpp"
#include "daemon/session/twin_store.hpp"

namespace frank::session {

struct Context {
    sys::EventLoop &loop;
    const plan::Config &config;
    Machine &machine;
    Patience patience;
    SettingsStore settings;
    RuntimeStore runtime;
    JobStore job_files;
    Mailbox mailbox;
    News news;
    JobTable jobs;
    plan::Network network; ///< of sessions
    Catalogue catalogue;
    std::uint64_t trials = 0; ///< how many were made: each needs a name of its own
    HostTable table;
    TwinStore twins;
    CacheStore caches;
    LayerStore layers;
    Grounds grounds{};
};

} // namespace frank::session

// STATE/layers/INSTANCE.toml: trees in frank-launcher's storage that others lie over, or may again.
#pragma once

#include "daemon/plan/layer.hpp"
#include "daemon/session/record_store.hpp"

#include <string>

namespace frank::session {

class LayerStore : public RecordStore<plan::Layer> {
  public:
    explicit LayerStore(const std::string &state) : RecordStore(state, "layers", plan::layer_from_toml) {}

    /// nullptr where there is none; valid until the next save() or remove().
    const plan::Layer *find(const plan::Instance &instance) const {
        const auto found = std::ranges::find(all(), instance, &plan::Layer::instance);
        return found == all().end() ? nullptr : &*found;
    }
};

} // namespace frank::session

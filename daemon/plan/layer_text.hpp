// Layers in session.toml: a table [layers]. Private to plan/.
#pragma once

#include "daemon/plan/layer.hpp"
#include "daemon/plan/toml_reader.hpp"

namespace frank::plan {

toml::table to_table(const Layering &layering);
/// Of its key "layers". What is wrong is told to it.
Layering read_layering(TomlReader &outer);

} // namespace frank::plan

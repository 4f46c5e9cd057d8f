// Binds in session.toml: a table [binds.INSTANCE] for each. Private to plan/.
#pragma once

#include "daemon/plan/bind.hpp"
#include "daemon/plan/toml_reader.hpp"

namespace frank::plan {

toml::table to_table(const std::vector<Bind> &binds);
/// Of the reader's key "binds". What is wrong is told to the reader. In order of target.
std::vector<Bind> read_binds(TomlReader &reader);

} // namespace frank::plan

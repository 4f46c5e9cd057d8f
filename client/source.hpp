// SOURCE of `create`: what kind it is, opened with the caller's own rights. Paths never go to the daemon.
#pragma once

#include "client/fd.hpp"

#include <string>

namespace frank::client {

struct Source {
    enum class Kind : unsigned char { directory, archive, debian };
    Kind kind;
    Fd fd;             ///< the directory (O_PATH) or the archive (readable)
    std::string suite; ///< of debian
};

/// Failure, in one line, for what cannot be opened or is not a source.
Source open_source(const std::string &source);

/// Readable and searchable by the caller, or Failure: frankend asks no such question about a descriptor.
Fd open_directory(const std::string &path);

/// By the contract's name.
const char *kind_name(Source::Kind kind);

} // namespace frank::client

// The last argument of every method that does something: a{sv} with known keys only.
#pragma once

#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace frank::bus {

using OptionMap = std::map<std::string, sdbus::Variant>;

/// Every reader names a key that is known from then on; a key that is missing gives the default. A value of
/// the wrong type throws InvalidArgument naming the key.
class Options {
  public:
    explicit Options(OptionMap values) : values_(std::move(values)) {}

    bool flag(const std::string &key);
    std::string text(const std::string &key, const std::string &otherwise = {});
    std::uint32_t number(const std::string &key);
    std::vector<std::string> list(const std::string &key);
    std::map<std::string, std::uint64_t> numbers(const std::string &key);
    /// Nothing where the key is missing. The descriptor is the message's: it is copied to be kept.
    std::optional<sdbus::UnixFd> descriptor(const std::string &key);
    /// May polkit ask the user for a password?
    bool interactive() { return flag("interactive"); }
    /// To be called when all have been read: throws InvalidArgument for a key that nobody asked for.
    void done() const;

  private:
    template <class T> T get(const std::string &key, const char *type_name, T otherwise);

    OptionMap values_;
    std::set<std::string> known_;
};

} // namespace frank::bus

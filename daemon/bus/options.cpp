#include "daemon/bus/options.hpp"

#include "daemon/bus/boundary.hpp"
#include "daemon/plan/spawn_request.hpp"

namespace frank::bus {

template <class T> T Options::get(const std::string &key, const char *type_name, T otherwise) {
    known_.insert(key);
    const auto found = values_.find(key);
    if (found == values_.end())
        return otherwise;
    if (!found->second.containsValueOfType<T>())
        refuse(Error::invalid_argument, "the option \"" + key + "\" must be " + type_name);
    return found->second.get<T>();
}

bool Options::flag(const std::string &key) { return get<bool>(key, "a boolean (b)", false); }

std::string Options::text(const std::string &key, const std::string &otherwise) {
    return get<std::string>(key, "a string (s)", otherwise);
}

std::uint32_t Options::number(const std::string &key) {
    return get<std::uint32_t>(key, "an unsigned number (u)", 0);
}

std::vector<std::string> Options::list(const std::string &key) {
    return get<std::vector<std::string>>(key, "a list of strings (as)", {});
}

std::map<std::string, std::uint64_t> Options::numbers(const std::string &key) {
    return get<std::map<std::string, std::uint64_t>>(key, "numbers by name (a{st})", {});
}

std::optional<sdbus::UnixFd> Options::descriptor(const std::string &key) {
    if (!values_.contains(key)) {
        known_.insert(key);
        return std::nullopt;
    }
    return get<sdbus::UnixFd>(key, "a descriptor (h)", {});
}

void Options::done() const {
    for (const auto &[key, value] : values_)
        if (!known_.contains(key)) {
            std::string message = "unknown option \"" + plan::printable(key, 40) + "\"; known here:";
            for (const std::string &known : known_)
                message += " " + known;
            refuse(Error::invalid_argument, message);
        }
}

} // namespace frank::bus

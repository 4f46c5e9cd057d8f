#include "daemon/guest/exec_rules.hpp"

#include "daemon/guest/exec_list.hpp"
#include "daemon/guest/exec_output.hpp"

#include <cstring>

namespace frank::guest {

namespace {

using plan::RouteRule;

bool begins(const char *text, const char *prefix) {
    return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

/// The value of `entry` where it is NAME=VALUE.
const char *value_of(const char *entry, const char *name) {
    const std::size_t length = std::strlen(name);
    return std::strncmp(entry, name, length) == 0 && entry[length] == '=' ? entry + length + 1 : nullptr;
}

bool begins_in_any_case(const char *text, const char *prefix) {
    for (; *prefix != '\0'; ++text, ++prefix) {
        const char letter = *text >= 'A' && *text <= 'Z' ? static_cast<char>(*text + ('a' - 'A')) : *text;
        if (letter != *prefix)
            return false;
    }
    return true;
}

/// glibc has these built in; for all others it loads a converter, which would be the guest's.
bool is_plain_locale(const char *name) {
    const char *encoding = std::strchr(name, '.');
    return std::strcmp(name, "C") == 0 || std::strcmp(name, "POSIX") == 0 ||
           (encoding != nullptr &&
            (begins_in_any_case(encoding, ".utf-8") || begins_in_any_case(encoding, ".utf8")));
}

std::size_t count_of(char *const *list) {
    std::size_t count = 0;
    while (list[count] != nullptr)
        ++count;
    return count;
}

template <class Each> void each_rule(const char *rule, std::uint32_t count, Each each) {
    for (std::uint32_t i = 0; i < count; ++i, rule += std::strlen(rule) + 1)
        each(rule[0], rule + 1);
}

bool has_argument(char *const *argv, const char *text, bool whole) {
    for (std::size_t i = 1; argv[0] != nullptr && argv[i] != nullptr; ++i)
        if (whole ? std::strcmp(argv[i], text) == 0 : begins(argv[i], text))
            return true;
    return false;
}

bool is_called(char *const *argv, const char *name) {
    if (argv[0] == nullptr)
        return false;
    const char *slash = std::strrchr(argv[0], '/');
    return std::strcmp(slash == nullptr ? argv[0] : slash + 1, name) == 0;
}

bool has_variable(char *const *environment, const char *name) {
    for (; *environment != nullptr; ++environment)
        if (value_of(*environment, name) != nullptr)
            return true;
    return false;
}

} // namespace

bool environment_forbids_twins(char *const *environment) {
    // locale(7): the first of these that is set and not empty counts.
    const char *locale[] = {"", "", ""};
    constexpr const char *locale_names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (; *environment != nullptr; ++environment) {
        for (const char *name : {"LD_PRELOAD", "LD_AUDIT", "GCONV_PATH"})
            if (value_of(*environment, name) != nullptr)
                return true;
        if (const char *wish = value_of(*environment, "FRANKEND_ACCEL");
            wish != nullptr && std::strcmp(wish, "off") == 0)
            return true;
        for (std::size_t i = 0; i < 3; ++i)
            if (const char *value = value_of(*environment, locale_names[i]); value != nullptr)
                locale[i] = value;
    }
    for (const char *name : locale)
        if (*name != '\0')
            return !is_plain_locale(name);
    return false;
}

bool Rules::forbid(char *const *argv, char *const *environment) const {
    bool found = !is_called_well(argv);
    bool within = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        within = within || (kind == RouteRule::within && has_variable(environment, text));
    });
    each_rule(first_, count_, [&](char kind, const char *text) {
        found = found || (kind == RouteRule::argument && has_argument(argv, text, true)) ||
                (kind == RouteRule::prefix && has_argument(argv, text, false) && !tries(argv, text)) ||
                (kind == RouteRule::not_called && is_called(argv, text)) ||
                (kind == RouteRule::needs && goes_without(argv) && !has_argument(argv, text, true)) ||
                (kind == RouteRule::variable && !within && has_variable(environment, text));
    });
    return found;
}

bool Rules::is_called_well(char *const *argv) const {
    bool any = false;
    bool found = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        any = any || kind == RouteRule::called;
        found = found || (kind == RouteRule::called && is_called(argv, text));
    });
    return !any || found;
}

bool Rules::goes_without(char *const *argv) const {
    bool found = argv[0] == nullptr;
    each_rule(first_, count_, [&](char kind, const char *text) {
        found = found || (kind == RouteRule::unless && argv[1] != nullptr && begins(argv[1], text));
    });
    return found;
}

const char *Rules::first_argument(char *const *argv) const {
    const char *first = nullptr;
    each_rule(first_, count_, [&](char kind, const char *text) {
        if (kind == RouteRule::first)
            first = text;
    });
    return goes_without(argv) ? nullptr : first;
}

char *const *Rules::arguments(char *const *argv) const {
    const char *first = first_argument(argv);
    bool any = first != nullptr;
    each_rule(first_, count_, [&](char kind, const char *text) {
        any = any ||
              (kind == RouteRule::exchange &&
               (has_argument(argv, text, true) || (argv[0] != nullptr && std::strcmp(argv[0], text) == 0)));
    });
    if (!any)
        return argv;
    const std::size_t count = count_of(argv);
    const char **list = map_list(count + 2);
    if (list == nullptr)
        return nullptr;
    std::size_t written = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const char *argument = argv[i];
        bool takes = false;
        each_rule(first_, count_, [&](char kind, const char *text) {
            if (kind == RouteRule::exchange_by && takes)
                argument = text;
            takes = kind == RouteRule::exchange && std::strcmp(argv[i], text) == 0;
        });
        list[written++] = argument;
        if (i == 0 && first != nullptr)
            list[written++] = first;
    }
    return const_cast<char *const *>(list);
}

char *const *Rules::environment(char *const *given) const {
    std::size_t more = 0;
    each_rule(first_, count_, [&](char kind, const char *) { more += kind == RouteRule::setting ? 1 : 0; });
    if (more == 0)
        return given;
    const char **list = map_list(count_of(given) + more + 1);
    if (list == nullptr)
        return nullptr;
    std::size_t count = 0;
    each_rule(first_, count_, [&](char kind, const char *text) {
        if (kind == RouteRule::setting)
            list[count++] = text;
    });
    // What the caller set himself counts as little as what a parent of his did: a twin needs its settings.
    for (; *given != nullptr; ++given) {
        bool replaced = false;
        for (std::size_t i = 0; i < more; ++i) {
            const char *end = std::strchr(list[i], '=');
            replaced =
                replaced || (end != nullptr &&
                             std::strncmp(*given, list[i], static_cast<std::size_t>(end - list[i]) + 1) == 0);
        }
        if (!replaced)
            list[count++] = *given;
    }
    return const_cast<char *const *>(list);
}

bool Rules::watched(char *const *argv) const {
    bool wanted = false;
    each_rule(first_, count_,
              [&](char kind, const char *) { wanted = wanted || kind == RouteRule::watched; });
    return wanted && has_argument(argv, "-o", true) && !has_argument(argv, "-", true);
}

bool Rules::tries(char *const *argv, const char *prefix) const {
    bool wanted = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        wanted = wanted || (kind == RouteRule::tried && std::strcmp(text, prefix) == 0);
    });
    return wanted && (watched(argv) || trusts(argv));
}

bool Rules::trusts(char *const *argv) const {
    bool found = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        found = found || (kind == RouteRule::trusted && has_argument(argv, text, true));
    });
    return found;
}

bool Rules::on_trial(char *const *argv) const {
    bool found = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        found = found || (kind == RouteRule::tried && has_argument(argv, text, false));
    });
    return found && watched(argv) && !trusts(argv);
}

bool Rules::doubt(char *const *argv) const {
    OutputFile file(argv);
    bool found = !file.there();
    each_rule(first_, count_, [&](char kind, const char *text) {
        found = found || (kind == RouteRule::doubt && file.holds(text));
    });
    return found;
}

bool Rules::sign_as_guest(char *const *argv) const {
    const char *from = nullptr;
    const char *to = nullptr;
    each_rule(first_, count_, [&](char kind, const char *text) {
        if (kind == RouteRule::signature)
            from = text;
        else if (kind == RouteRule::signature_by)
            to = text;
    });
    if (from == nullptr || to == nullptr)
        return true;
    const OutputFile file(argv);
    return !file.there() || file.exchange_near_end(from, to);
}

bool Rules::is_fault(int status) const {
    bool found = false;
    each_rule(first_, count_, [&](char kind, const char *text) {
        int number = 0;
        for (const char *digit = text; *digit >= '0' && *digit <= '9'; ++digit)
            number = number * 10 + (*digit - '0');
        found = found || (kind == RouteRule::watched && *text != '\0' && number == status);
    });
    return found;
}

} // namespace frank::guest

#include "daemon/plan/session_settings.hpp"

#include "daemon/plan/board.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/workaround.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

constexpr std::size_t max_suite = 32;
constexpr std::size_t max_package = 128;
constexpr std::size_t max_includes = 256;
constexpr std::size_t max_source = 4096;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return is_lower(c) || is_digit(c); }

/// Debian Policy 5.6.1.
bool is_package(std::string_view text) {
    return text.size() >= 2 && text.size() <= max_package && is_lower_or_digit(text.front()) &&
           std::ranges::all_of(
               text, [](char c) { return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.'; });
}

Result<Arch> parse_arch(const std::string &text) {
    if (text.empty())
        return Arch::none;
    const std::vector<Arch> arches = arches_by_name(text);
    if (arches.size() == 1)
        return arches.front();
    std::string known;
    for (const Arch arch : arches)
        known += (known.empty() ? "" : " or ") + std::string(info(arch).debian);
    if (!known.empty())
        return refuse(Error::unsupported_architecture,
                      "\"" + printable(text, 40) + "\" can be " + known + ": give one of these");
    for (const ArchInfo &entry : arch_table())
        known += " " + std::string(entry.debian);
    return refuse(Error::unsupported_architecture,
                  "\"" + printable(text, 40) +
                      "\" is no architecture that is known here; these are:" + known);
}

Result<void> check_debian(const RawCreate &raw) {
    if (raw.kind != RootKind::debian) {
        if (!raw.suite.empty() || !raw.include.empty())
            return refuse(Error::invalid_argument, "a suite and packages are for a Debian root alone");
        return {};
    }
    if (!is_debian_suite(raw.suite))
        return refuse(Error::invalid_argument, "\"" + printable(raw.suite, 40) +
                                                   "\" cannot be a Debian suite: give its name, such as "
                                                   "debian:bookworm");
    if (raw.arch.empty())
        return refuse(Error::invalid_argument,
                      "a Debian root needs an architecture: give one, such as --arch arm64");
    if (raw.include.size() > max_includes)
        return refuse(Error::limit_exceeded,
                      std::to_string(raw.include.size()) + " packages to include; at most " +
                          std::to_string(max_includes) + " are allowed: install the rest inside");
    if (const auto wrong = std::ranges::find_if_not(raw.include, is_package); wrong != raw.include.end())
        return refuse(Error::invalid_argument,
                      "\"" + printable(*wrong, 64) + "\" cannot be the name of a Debian package");
    return {};
}

Result<void> check_shown(const RawCreate &raw) {
    if (!is_cpu_model(raw.cpu))
        return refuse(Error::invalid_argument,
                      "\"" + printable(raw.cpu, 64) +
                          "\" cannot be a CPU model: use qemu's name for it, such as "
                          "cortex-a53, at most 64 characters");
    if (!raw.board.empty() && !is_data_name(raw.board))
        return refuse(Error::invalid_argument, "\"" + printable(raw.board, 40) +
                                                   "\" cannot be a board: \"frankctl boards\" lists them");
    if (raw.workarounds_off.size() > max_workarounds)
        return refuse(Error::limit_exceeded,
                      "more than " + std::to_string(max_workarounds) + " work-arounds to switch off");
    if (const auto wrong = std::ranges::find_if_not(raw.workarounds_off, is_data_name);
        wrong != raw.workarounds_off.end())
        return refuse(Error::invalid_argument,
                      "\"" + printable(*wrong, 40) +
                          "\" cannot be a work-around: \"frankctl show\" names those "
                          "that a session has");
    if (!raw.accel.empty() && !accel_wish(raw.accel))
        return refuse(Error::invalid_argument,
                      "acceleration is auto, on or off, not \"" + printable(raw.accel, 40) + "\"");
    if (raw.source.size() > max_source)
        return refuse(Error::limit_exceeded,
                      "the name of the source is longer than " + std::to_string(max_source) + " bytes");
    return {};
}

} // namespace

bool is_debian_suite(std::string_view text) {
    return !text.empty() && text.size() <= max_suite && is_lower(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

std::string_view to_text(RootKind kind) {
    switch (kind) {
    case RootKind::directory:
        return "directory";
    case RootKind::archive:
        return "archive";
    case RootKind::debian:
        return "debian";
    case RootKind::layer:
        return "layer";
    }
    return "unknown";
}

std::optional<RootKind> root_kind_from_text(std::string_view text) {
    for (const RootKind kind : {RootKind::directory, RootKind::archive, RootKind::debian, RootKind::layer})
        if (text == to_text(kind))
            return kind;
    return std::nullopt;
}

std::string_view to_text(Network network) {
    switch (network) {
    case Network::none:
        return "none";
    case Network::host:
        return "host";
    case Network::user:
        return "user";
    }
    return "unknown";
}

Result<CreateRequest> parse_create(const RawCreate &raw) {
    auto name = SessionName::parse(raw.name);
    if (!name)
        return tl::unexpected<Refusal>(name.error());
    const auto arch = parse_arch(raw.arch);
    if (!arch)
        return tl::unexpected<Refusal>(arch.error());
    if (const auto checked = check_shown(raw).and_then([&] { return check_debian(raw); }); !checked)
        return tl::unexpected<Refusal>(checked.error());
    const auto limits = limits_from_map(raw.limits);
    if (!limits)
        return tl::unexpected<Refusal>(limits.error());
    return CreateRequest{std::move(*name),
                         raw.kind,
                         raw.owner,
                         *arch,
                         raw.cpu,
                         printable(raw.source, max_source),
                         raw.suite,
                         raw.include,
                         printable(raw.emulator, max_source),
                         raw.board,
                         raw.workarounds_off,
                         accel_wish(raw.accel),
                         *limits};
}

} // namespace frank::plan

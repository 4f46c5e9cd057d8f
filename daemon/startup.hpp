// What frankend was told before it does anything: its command line, its settings file, where its log goes.
#pragma once

#include "daemon/plan/config.hpp"
#include "daemon/session/catalogue.hpp"

#include <optional>
#include <string>

namespace frank {

struct Settings {
    plan::Config config;
    std::string state;    ///< directory of what outlives a reboot
    std::string runtime;  ///< directory of what does not
    std::string launcher; ///< frank-launcher's socket
    session::Catalogue catalogue{};
};

/// Either settings to serve with, or a line to print and a status to exit with.
struct Order {
    std::optional<Settings> settings;
    int status = 0;
    std::string message{};
};

/// Wrong use is status 2, a settings file that is not accepted 1.
Order read_order(int argc, const char *const *argv);

/// To the journal where systemd says that stderr is one, with levels; else to stderr.
void start_log();

} // namespace frank

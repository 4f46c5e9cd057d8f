#include "daemon/startup.hpp"

#include "daemon/journal_sink.hpp"
#include "daemon/sys/file.hpp"
#include "paths.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace frank {

namespace {

constexpr int wrong_use = 2;

/// systemd may name several directories, with ":" between them.
std::string from_environment(const char *name, std::string otherwise) {
    const char *value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        return otherwise;
    const std::string text = value;
    return text.substr(0, text.find(':'));
}

/// `required`: somebody named this very file.
plan::Result<plan::Config> load_config(const std::string &path, bool required) {
    try {
        const auto text = sys::read_file(AT_FDCWD, path.c_str(), plan::max_config_bytes);
        if (!text && required)
            return plan::refuse(Error::invalid_argument, path + ": there is no such file");
        return plan::parse_config(text.value_or(""), path);
    } catch (const std::system_error &error) {
        return plan::refuse(Error::invalid_argument, path + ": " + error.code().message());
    }
}

std::string lines_of(const std::vector<std::string> &lines) {
    std::string text;
    for (const std::string &line : lines)
        text += (text.empty() ? "" : "\n") + line;
    return text;
}

} // namespace

Order read_order(int argc, const char *const *argv) {
    const std::string usual_config = std::string(paths::sysconf) + "/frankend.toml";
    Settings settings{{},
                      from_environment("STATE_DIRECTORY", "/var/lib/frankend"),
                      from_environment("RUNTIME_DIRECTORY", "/run/frankend"),
                      "/run/frank-launcher.socket"};
    std::string data = paths::data;
    std::string config = usual_config;
    std::string checked;

    CLI::App app("Runs foreign root filesystems as sessions, for whoever asks over D-Bus. See frankend(8).",
                 "frankend");
    app.add_option("--config", config, "Settings to use")->type_name("FILE")->capture_default_str();
    app.add_option("--check-config", checked, "Only say whether these settings are right")->type_name("FILE");
    app.add_option("--state", settings.state, "Where to keep sessions")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--runtime", settings.runtime, "Where to keep what ends with a reboot")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--launcher", settings.launcher, "Where frank-launcher listens")
        ->type_name("SOCKET")
        ->capture_default_str();
    app.add_option("--data", data, "Where the boards and work-arounds that come with frankend are")
        ->type_name("DIR")
        ->capture_default_str();
    app.set_version_flag("--version", std::string("frankend ") + paths::version);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp &) {
        return {{}, EXIT_SUCCESS, app.help()};
    } catch (const CLI::Success &version) {
        return {{}, EXIT_SUCCESS, version.what()};
    } catch (const CLI::ParseError &error) {
        return {{}, wrong_use, std::string("frankend: ") + error.what()};
    }

    const bool only_check = !checked.empty();
    const std::string &file = only_check ? checked : config;
    auto loaded = load_config(file, only_check || config != usual_config);
    if (!loaded)
        return {{}, EXIT_FAILURE, loaded.error().message};
    // An administrator's own lie beside the settings.
    settings.catalogue =
        session::load_catalogue(data, std::filesystem::absolute(file).parent_path().string());
    if (only_check && !settings.catalogue.problems.empty())
        return {{}, EXIT_FAILURE, lines_of(settings.catalogue.problems)};
    if (only_check)
        return {{}, EXIT_SUCCESS, checked + ": ok"};
    settings.config = std::move(*loaded);
    return {std::move(settings)};
}

void start_log() {
    spdlog::sink_ptr sink;
    if (std::getenv("JOURNAL_STREAM") != nullptr)
        sink = std::make_shared<JournalSink>();
    else
        sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("frankend", std::move(sink)));
    spdlog::flush_on(spdlog::level::info);
}

} // namespace frank

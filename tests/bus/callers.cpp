// The calls of the contract, and those to the stand-in for polkit.
#include "bus/bus_world.hpp"
#include "support/fake_authority.hpp"

namespace frank::test {

std::string told_by(const std::function<std::string()> &work) {
    constexpr std::string_view our_errors = "org.frankend1.Error.";
    try {
        return work();
    } catch (const sdbus::Error &error) {
        const std::string &name = error.getName();
        return name.starts_with(our_errors) ? name.substr(our_errors.size()) : name;
    } catch (const std::exception &error) {
        return error.what();
    }
}

std::string error_of(const std::function<void()> &call) {
    return told_by([&] {
        call();
        return std::string();
    });
}

Bytes bytes(const std::string &text) { return {text.begin(), text.end()}; }

std::vector<Bytes> command(const std::vector<std::string> &words) {
    std::vector<Bytes> argv;
    argv.reserve(words.size());
    for (const std::string &word : words)
        argv.push_back(bytes(word));
    return argv;
}

Caller::Caller() : connection_(sdbus::createSystemBusConnection()) {}

std::unique_ptr<sdbus::IProxy> Caller::at(const std::string &path) {
    return sdbus::createProxy(*connection_, contract::ServiceName{contract::bus_name},
                              sdbus::ObjectPath{path});
}

std::string Caller::create(const std::string &name, int directory, const Variants &options) {
    sdbus::ObjectPath job;
    at(contract::manager_path)
        ->callMethod("CreateFromDirectory")
        .onInterface(contract::manager_interface)
        .withArguments(name, sdbus::UnixFd{directory}, options)
        .storeResultsTo(job);
    return job;
}

void Caller::start(const std::string &name, const Variants &options) {
    at(contract::session_path(name))
        ->callMethod("Start")
        .onInterface(contract::session_interface)
        .withArguments(options);
}

void Caller::stop(const std::string &name, const Variants &options) {
    at(contract::session_path(name))
        ->callMethod("Stop")
        .onInterface(contract::session_interface)
        .withArguments(options);
}

std::string Caller::destroy(const std::string &name, const Variants &options) {
    sdbus::ObjectPath job;
    at(contract::session_path(name))
        ->callMethod("Destroy")
        .onInterface(contract::session_interface)
        .withArguments(options)
        .storeResultsTo(job);
    return job;
}

std::string Caller::spawn(const std::string &name, const std::vector<std::string> &words,
                          const std::map<std::uint32_t, int> &fds, const Variants &options) {
    std::map<std::uint32_t, sdbus::UnixFd> descriptors;
    for (const auto &[number, fd] : fds)
        descriptors.emplace(number, sdbus::UnixFd{fd});
    sdbus::ObjectPath job;
    at(contract::session_path(name))
        ->callMethod("Spawn")
        .onInterface(contract::session_interface)
        .withArguments(command(words), Bytes{}, std::vector<Bytes>{}, descriptors, options)
        .storeResultsTo(job);
    return job;
}

std::pair<std::string, sdbus::UnixFd>
Caller::enter(const std::string &name, const std::vector<std::string> &words, const Variants &options) {
    sdbus::ObjectPath job;
    sdbus::UnixFd terminal;
    at(contract::session_path(name))
        ->callMethod("Enter")
        .onInterface(contract::session_interface)
        .withArguments(command(words), Bytes{}, std::vector<Bytes>{}, options)
        .storeResultsTo(job, terminal);
    return {job, std::move(terminal)};
}

std::tuple<std::string, std::int32_t, std::string, std::string> Caller::wait(const std::string &job) {
    std::string result, message, error;
    std::int32_t status = 0;
    at(job)
        ->callMethod("Wait")
        .onInterface(contract::job_interface)
        .storeResultsTo(result, status, message, error);
    return {result, status, message, error};
}

Managed Caller::objects() {
    Managed objects;
    at(contract::manager_path)
        ->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .storeResultsTo(objects);
    return objects;
}

Variants Caller::properties(const std::string &path, const std::string &interface) {
    Variants all;
    at(path)
        ->callMethod("GetAll")
        .onInterface("org.freedesktop.DBus.Properties")
        .withArguments(interface)
        .storeResultsTo(all);
    return all;
}

Polkit::Polkit()
    : connection_(sdbus::createSystemBusConnection()),
      proxy_(sdbus::createProxy(*connection_, contract::ServiceName{fake_authority_name},
                                sdbus::ObjectPath{fake_authority_path})) {}

void Polkit::mode(const std::string &mode) {
    proxy_->callMethod("SetMode").onInterface(fake_authority_name).withArguments(mode);
}

void Polkit::release(bool authorised) {
    proxy_->callMethod("Release").onInterface(fake_authority_name).withArguments(authorised);
}

Asked Polkit::last() {
    Asked asked;
    proxy_->callMethod("Last")
        .onInterface(fake_authority_name)
        .storeResultsTo(asked.subject_kind, asked.subject_name, asked.action, asked.details, asked.flags);
    return asked;
}

std::uint32_t Polkit::counts(int which) {
    std::uint32_t counts[3] = {};
    proxy_->callMethod("Counts")
        .onInterface(fake_authority_name)
        .storeResultsTo(counts[0], counts[1], counts[2]);
    return counts[which];
}

} // namespace frank::test

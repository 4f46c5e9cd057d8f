// The stand-in's native twins.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <sys/stat.h>

namespace frank::fake {

namespace {

/// It knows none called "fast", and says what it was told.
template <class Result> bool refuses_classes(const Result &result, const Options &options) {
    const auto given = options.find("classes");
    if (given == options.end())
        return false;
    std::string told = "classes:";
    for (const std::string &name : given->second.template get<std::vector<std::string>>())
        told += " " + name;
    if (told.find("fast") == std::string::npos)
        return false;
    result.returnError(contract::make_error(entry_of(Error::invalid_argument).dbus_name, told));
    return true;
}

} // namespace

void FakeSession::Accelerate(JobResult &&result, Options options) {
    if (name_ == "denied") {
        result.returnError(contract::make_error(entry_of(Error::not_authorized).dbus_name, "not allowed"));
        return;
    }
    if (refuses_classes(result, options))
        return;
    const auto verify = options.find("verify");
    const auto from = options.find("from");
    FakeJob &job = world_.add_job("accelerate", name_);
    if (from != options.end()) { // it says what it was given
        struct stat given {};
        const auto directory = from->second.get<sdbus::UnixFd>();
        const bool good = ::fstat(directory.get(), &given) == 0 && S_ISDIR(given.st_mode);
        job.end({"failed", 0, good ? "from a directory" : "from nothing", "org.frankend1.Error.Failed"});
        result.returnResults(job.path());
        return;
    }
    job.end(verify != options.end() && verify->second.get<bool>()
                ? End{"failed", 0, "no twins today", "org.frankend1.Error.Failed"}
                : End{"exited", 0, "", ""});
    result.returnResults(job.path());
}

void FakeSession::Emulate(sdbus::Result<> &&result, Options options) {
    if (!refuses_classes(result, options))
        Start(std::move(result), std::move(options));
}

void FakeSession::ListTwins(sdbus::Result<TwinRows> &&result) {
    TwinRows rows;
    if (name_ != "two-words") {
        rows.emplace_back("shell", "/usr/bin/sed", true, "", 12, 3, 1'540'000);
        rows.emplace_back("compiler", "/usr/lib/gcc/x/12/cc1", false, "another version", 0, 7, 0);
    }
    result.returnResults(rows);
}

} // namespace frank::fake

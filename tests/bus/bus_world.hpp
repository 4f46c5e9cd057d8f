// The world of a bus test: frankend's bus room and ledger over a fake machine, a fake polkit, each in a
// process of its own on the private bus, and callers that are processes of any uid.
#pragma once

#include "dbus-interfaces/names.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tuple>
#include <vector>

namespace frank::test {

using Variants = std::map<std::string, sdbus::Variant>;
using Bytes = std::vector<std::uint8_t>;
using Managed = std::map<sdbus::ObjectPath, std::map<std::string, Variants>>;

/// Debian's "daemon", "bin" and "nobody": dbus-daemon lets nobody in whom the machine does not know.
inline constexpr uid_t owner_uid = 1, other_uid = 2, nobody_uid = 65534;

/// What `work` gives, or the name of the D-Bus error or the text that it threw.
std::string told_by(const std::function<std::string()> &work);
/// What an error is called behind "org.frankend1.Error."; a foreign name whole; empty: it worked.
std::string error_of(const std::function<void()> &call);
Bytes bytes(const std::string &text);
std::vector<Bytes> command(const std::vector<std::string> &words);

/// A connection of the calling process' uid, and the calls of the contract.
class Caller {
  public:
    Caller();

    sdbus::IConnection &connection() { return *connection_; }
    std::unique_ptr<sdbus::IProxy> at(const std::string &path);
    std::string create(const std::string &name, int directory, const Variants &options = {});
    void start(const std::string &name, const Variants &options = {});
    void stop(const std::string &name, const Variants &options = {});
    std::string destroy(const std::string &name, const Variants &options = {});
    std::string spawn(const std::string &name, const std::vector<std::string> &words,
                      const std::map<std::uint32_t, int> &fds = {}, const Variants &options = {});
    std::pair<std::string, sdbus::UnixFd>
    enter(const std::string &name, const std::vector<std::string> &words, const Variants &options = {});
    /// result, status, message, error
    std::tuple<std::string, std::int32_t, std::string, std::string> wait(const std::string &job);
    Managed objects();
    Variants properties(const std::string &path, const std::string &interface);
    /// Has a job that is awaited come to its end well?
    bool succeeded(const std::string &job) { return std::get<0>(wait(job)) == "exited"; }

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
};

/// What polkit was asked last.
struct Asked {
    std::string subject_kind, subject_name, action;
    std::map<std::string, std::string> details;
    std::uint32_t flags = 0;
};

/// Polkit, as the test sets it.
class Polkit {
  public:
    Polkit();
    void mode(const std::string &mode);
    void release(bool authorised);
    Asked last();
    std::uint32_t asked() { return counts(0); }
    std::uint32_t cancelled() { return counts(1); }
    std::uint32_t held() { return counts(2); }

  private:
    std::uint32_t counts(int which);
    std::unique_ptr<sdbus::IConnection> connection_;
    std::unique_ptr<sdbus::IProxy> proxy_;
};

/// Skips the test where there is no private bus, and where it needs root to be others.
class BusTest : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    /// Runs `work` in a process of this uid; what it returns, or the D-Bus error or text it threw.
    std::string as(uid_t uid, const std::function<std::string(Caller &)> &work);
    /// The same in the background: wait_for() gives the result.
    struct Background {
        pid_t pid;
        int result;
    };
    Background begin_as(uid_t uid, const std::function<std::string(Caller &)> &work);
    std::string wait_for(const Background &background);
    /// `name` exists, stopped, and belongs to `uid`, in a directory of its own.
    void make_session(uid_t uid, const std::string &name);
    /// A new directory of this uid.
    std::string directory_of(uid_t uid);
    void until(const std::function<bool()> &condition);
    /// A field of /proc/PID/status of frankend.
    long server_status(const std::string &field) const;
    bool server_lives() const;

    struct Knobs { ///< shared with the server
        volatile bool launch_throws;
        std::uint32_t jobs_per_uid;
    };
    Knobs *knobs_ = nullptr;
    pid_t server_ = -1, authority_ = -1;
    std::string directory_;
    std::unique_ptr<Polkit> polkit_;

  private:
    [[noreturn]] void serve() const;
};

} // namespace frank::test

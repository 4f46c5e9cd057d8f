// What a job executes: arguments, environment, and the search for its file.
#pragma once

#include "daemon/guest/init_account.hpp"
#include "daemon/guest/init_request.hpp"

namespace frank::guest {

/// For execve(2). Points into itself, the request and the account: it is filled in where it stays.
class Command {
  public:
    Command() = default;
    Command(const Command &) = delete;
    Command &operator=(const Command &) = delete;

    /// Defaults first, then the request's own environment; a default whose key the request has is left out.
    bool fill(const SpawnView &request, const Account &account);
    /// Comes back only where it failed, with errno: not_found or execute.
    plan::SpawnStage execute() const;

  private:
    void add_default(const SpawnView &request, const char *assignment);
    const char *path() const;

    // Every string of a message takes a byte or more, so there are fewer than it has bytes.
    const char *pointers_[plan::init_max_payload + 16];
    const char **argv_ = pointers_;
    const char **envp_ = nullptr;
    std::size_t env_count_ = 0;
    const char *file_ = nullptr;
    char shell_name_[PATH_MAX + 1];
    char home_[PATH_MAX + 8];
    char user_[sizeof(Account::name) + 8];
    char logname_[sizeof(Account::name) + 8];
    char shell_[PATH_MAX + 8];
};

} // namespace frank::guest

#include "daemon/guest/init_command.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace frank::guest {

namespace {

constexpr const char *root_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr const char *user_path = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";

template <std::size_t Size> bool join(char (&to)[Size], const char *first, const char *second) {
    const std::size_t a = std::strlen(first);
    const std::size_t b = std::strlen(second);
    if (a + b >= Size)
        return false;
    std::memcpy(to, first, a);
    std::memcpy(to + a, second, b + 1);
    return true;
}

/// Length of "KEY=" in "KEY=VALUE".
std::size_t key_length(const char *assignment) {
    return static_cast<std::size_t>(std::strchr(assignment, '=') - assignment) + 1;
}

const char *after_last_slash(const char *path) {
    const char *slash = std::strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

bool is_absent(int error) { return error == ENOENT || error == ENOTDIR; }

/// Executes `file`; errno where that fails. 0: there is no such file.
int try_file(const char *file, const char *const *argv, const char *const *envp) {
    (void)::execve(file, const_cast<char *const *>(argv), const_cast<char *const *>(envp));
    const int error = errno;
    // ENOENT is also what a file gets whose ELF interpreter or "#!" program is missing.
    if (is_absent(error) && ::faccessat(AT_FDCWD, file, F_OK, AT_EACCESS) < 0 && is_absent(errno))
        return 0;
    return error;
}

} // namespace

void Command::add_default(const SpawnView &request, const char *assignment) {
    const char *text = request.arguments;
    for (std::uint32_t i = 0; i < request.head.argc; ++i)
        text = next_string(text);
    for (std::uint32_t i = 0; i < request.head.envc; ++i, text = next_string(text))
        if (std::strncmp(text, assignment, key_length(assignment)) == 0)
            return;
    envp_[env_count_++] = assignment;
}

bool Command::fill(const SpawnView &request, const Account &account) {
    const char *text = request.arguments;
    std::size_t count = 0;
    for (; count < request.head.argc; ++count, text = next_string(text))
        pointers_[count] = text;
    if (count == 0) { // login(1) marks a login shell by a '-' before its name
        if (!join(shell_name_, "-", after_last_slash(account.shell)))
            return false;
        pointers_[count++] = shell_name_;
        file_ = account.shell;
    } else {
        file_ = pointers_[0];
    }
    pointers_[count++] = nullptr;
    envp_ = pointers_ + count;
    if (!join(home_, "HOME=", account.home) || !join(user_, "USER=", account.name) ||
        !join(logname_, "LOGNAME=", account.name) || !join(shell_, "SHELL=", account.shell))
        return false;
    for (const char *assignment : {account.uid == 0 ? root_path : user_path, static_cast<const char *>(home_),
                                   static_cast<const char *>(user_), static_cast<const char *>(logname_),
                                   static_cast<const char *>(shell_), "container=frankend"})
        add_default(request, assignment);
    for (std::uint32_t i = 0; i < request.head.envc; ++i, text = next_string(text))
        envp_[env_count_++] = text;
    envp_[env_count_] = nullptr;
    return true;
}

const char *Command::path() const {
    for (std::size_t i = 0; i < env_count_; ++i)
        if (std::strncmp(envp_[i], "PATH=", 5) == 0)
            return envp_[i] + 5;
    return "";
}

plan::SpawnStage Command::execute() const {
    int worst = 0;
    if (std::strchr(file_, '/') != nullptr) {
        worst = try_file(file_, argv_, envp_);
    } else if (*file_ != '\0') {
        const std::size_t length = std::strlen(file_);
        for (const char *entry = path(); entry != nullptr;) {
            const char *end = ::strchrnul(entry, ':');
            const auto size = static_cast<std::size_t>(end - entry);
            char candidate[PATH_MAX];
            if (size + length + 2 <= sizeof candidate) {
                std::memcpy(candidate, entry, size);
                // An empty entry is the working directory (POSIX.1, "PATH").
                std::memcpy(candidate + size, "/", size == 0 ? 0 : 1);
                std::memcpy(candidate + size + (size == 0 ? 0 : 1), file_, length + 1);
                const int error = try_file(candidate, argv_, envp_);
                worst = error != 0 && worst == 0 ? error : worst;
            }
            entry = *end == '\0' ? nullptr : end + 1;
        }
    }
    errno = worst == 0 ? ENOENT : worst;
    return worst == 0 ? plan::SpawnStage::not_found : plan::SpawnStage::execute;
}

} // namespace frank::guest

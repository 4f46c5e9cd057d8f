#include "daemon/guest/init_account.hpp"

#include "daemon/guest/fd.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <iterator>

namespace frank::guest {

namespace {

/// Lines of a file, one at a time, without their end. Lines too long for the buffer are left out.
class LineReader {
  public:
    explicit LineReader(const char *path) : fd_(::open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}

    /// nullptr at the end. Valid until the next call; may be written into.
    char *next() {
        bool skipping = false;
        for (;;) {
            char *line = buffer_ + start_;
            auto *end = static_cast<char *>(std::memchr(line, '\n', filled_ - start_));
            if (end != nullptr) {
                *end = '\0';
                start_ = static_cast<std::size_t>(end - buffer_) + 1;
                if (!std::exchange(skipping, false))
                    return line;
                continue;
            }
            if (start_ == 0 && filled_ == room) {
                skipping = true;
                filled_ = 0;
            }
            if (!fill()) {
                if (skipping || start_ == filled_)
                    return nullptr;
                buffer_[filled_] = '\0'; // the last line has no newline
                line = buffer_ + std::exchange(start_, filled_);
                return line;
            }
        }
    }

  private:
    bool fill() {
        std::memmove(buffer_, buffer_ + start_, filled_ - start_);
        filled_ -= start_;
        start_ = 0;
        ssize_t got = -1;
        do {
            got = fd_ && total_ < most ? ::read(fd_.get(), buffer_ + filled_, room - filled_) : 0;
        } while (got < 0 && errno == EINTR);
        if (got <= 0)
            return false;
        filled_ += static_cast<std::size_t>(got);
        total_ += static_cast<std::size_t>(got);
        return true;
    }

    static constexpr std::size_t room = std::size_t{32} * 1024;
    static constexpr std::size_t most = std::size_t{16} * 1024 * 1024;
    Fd fd_;
    std::size_t start_ = 0, filled_ = 0, total_ = 0;
    char buffer_[room + 1];
};

/// The text up to `separator`, which becomes its end. `rest` is nullptr after the last one.
char *take(char *&rest, char separator) {
    char *field = rest;
    if (field == nullptr)
        return nullptr;
    rest = std::strchr(field, separator);
    if (rest != nullptr)
        *rest++ = '\0';
    return field;
}

/// (uid_t)-1 is no id: setresuid takes it for "leave as it is".
bool parse_id(const char *text, std::uint32_t &id) {
    std::uint64_t value = 0;
    if (text == nullptr || *text == '\0')
        return false;
    for (; *text != '\0'; ++text) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + static_cast<std::uint64_t>(*text - '0');
        if (value >= UINT32_MAX)
            return false;
    }
    id = static_cast<std::uint32_t>(value);
    return true;
}

template <std::size_t Size> bool copy(char (&to)[Size], const char *from) {
    const std::size_t length = ::strnlen(from, Size);
    if (length == Size)
        return false;
    std::memcpy(to, from, length + 1);
    return true;
}

/// name:password:uid:gid:gecos:home:shell (passwd(5)). False where the line is no such thing.
bool parse_passwd_line(char *line, Account &account) {
    const char *name = take(line, ':');
    (void)take(line, ':');
    const bool ids = parse_id(take(line, ':'), account.uid) && parse_id(take(line, ':'), account.gid);
    (void)take(line, ':');
    const char *home = take(line, ':');
    const char *shell = take(line, ':');
    if (!ids || home == nullptr || !copy(account.name, name))
        return false;
    if (*home != '/')
        home = "/";
    if (shell == nullptr || *shell != '/')
        shell = "/bin/sh";
    return copy(account.home, home) && copy(account.shell, shell);
}

/// False where the file has no such user.
bool search_passwd(const char *user, const std::uint32_t *number, Account &account) {
    LineReader lines("/etc/passwd");
    while (char *line = lines.next()) {
        if (!parse_passwd_line(line, account))
            continue;
        if (number != nullptr ? account.uid == *number : std::strcmp(account.name, user) == 0)
            return true;
    }
    return false;
}

/// name:password:gid:member,member (group(5)).
void add_groups(Account &account) {
    account.groups[0] = account.gid;
    account.group_count = 1;
    LineReader lines("/etc/group");
    while (char *line = lines.next()) {
        (void)take(line, ':');
        (void)take(line, ':');
        gid_t gid = 0;
        if (!parse_id(take(line, ':'), gid) || gid == account.gid)
            continue;
        while (const char *member = take(line, ','))
            if (std::strcmp(member, account.name) == 0 && account.group_count < std::size(account.groups)) {
                account.groups[account.group_count++] = gid;
                break;
            }
    }
}

void invent(const char *home, std::uint32_t id, Account &account) {
    account.uid = id;
    account.gid = id;
    (void)copy(account.home, home);
    (void)copy(account.shell, "/bin/sh");
}

} // namespace

bool find_account(const char *user, Account &account) {
    std::uint32_t number = 0;
    const bool is_number = parse_id(user, number);
    if (!search_passwd(user, nullptr, account) && !(is_number && search_passwd(user, &number, account))) {
        const bool is_root = std::strcmp(user, "root") == 0;
        if ((!is_number && !is_root) || !copy(account.name, user)) {
            errno = ENOENT;
            return false;
        }
        invent(is_root ? "/root" : "/", number, account);
    }
    add_groups(account);
    return true;
}

} // namespace frank::guest

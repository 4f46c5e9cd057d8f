#include "daemon/launcher/id_map.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"

#include <grp.h>
#include <pwd.h>
#include <string>
#include <string_view>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

void write_map(const std::string &path, std::string_view map) {
    const sys::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), map.data(), map.size()) != static_cast<ssize_t>(map.size()))
        fail(plan::Rung::id_map, path);
}

/// `owner`: the id that DiskIds::owner means.
std::string disk_map(const plan::LaunchRequest &request, std::uint32_t owner) {
    const std::string base = std::to_string(request.id_base);
    switch (request.disk_ids) {
    case plan::DiskIds::foreign:
        return std::to_string(plan::foreign_id_base) + " " + base + " " +
               std::to_string(plan::id_range_size) + "\n";
    case plan::DiskIds::plain:
        return "0 " + base + " " + std::to_string(plan::id_range_size) + "\n";
    case plan::DiskIds::owner:
        return std::to_string(owner) + " " + base + " 1\n";
    }
    return "";
}

/// The owner's own. Another one, though it may have the number of the uid, would let a session's root make
/// setgid programs of a group that the owner is not in.
gid_t group_of(uid_t owner) {
    if (const passwd *user = ::getpwuid(owner); user != nullptr)
        return user->pw_gid;
    return ::getgrgid(owner) == nullptr ? owner : plan::unused_id; // either is nobody's
}

/// A child in a user namespace of its own that does nothing until it is let go.
class Holder {
  public:
    Holder() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            fail(plan::Rung::id_map, "a pipe");
        const sys::Fd wait_end(ends[0]);
        hold_ = sys::Fd(ends[1]);
        pid_ = fork_into(CLONE_NEWUSER, nullptr);
        if (pid_ < 0)
            fail(plan::Rung::id_map, "a user namespace");
        if (pid_ == 0) {
            char byte;
            // Our copy of the writing end would keep us waiting for ever.
            (void)::close(ends[1]);
            (void)!::read(ends[0], &byte, 1);
            ::_exit(0);
        }
    }
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;
    ~Holder() {
        hold_.reset();
        (void)::waitpid(pid_, nullptr, 0);
    }
    pid_t pid() const { return pid_; }

  private:
    sys::Fd hold_;
    pid_t pid_ = -1;
};

} // namespace

void map_ids(pid_t process, const char *uids, const char *gids) {
    const std::string base = "/proc/" + std::to_string(process);
    write_map(base + "/uid_map", uids);
    write_map(base + "/gid_map", gids);
}

sys::Fd idmap_namespace(const plan::LaunchRequest &request) {
    const Holder holder;
    const uid_t owner = request.owner_uid;
    const gid_t group = request.disk_ids == plan::DiskIds::owner ? group_of(owner) : 0;
    map_ids(holder.pid(), disk_map(request, owner).c_str(), disk_map(request, group).c_str());
    const std::string path = "/proc/" + std::to_string(holder.pid()) + "/ns/user";
    sys::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        fail(plan::Rung::id_map, path);
    return fd;
}

} // namespace frank::launcher

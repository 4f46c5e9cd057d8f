#include "daemon/session/emulator_watch.hpp"

#include "daemon/plan/emulator_paths.hpp"

#include <array>
#include <cstring>
#include <string_view>
#include <sys/epoll.h>
#include <sys/inotify.h>

namespace frank::session {

namespace {

constexpr std::chrono::milliseconds calm{500}; // dpkg renames one file after another

} // namespace

EmulatorWatch::EmulatorWatch(sys::EventLoop &loop, std::function<void()> changed)
    : loop_(loop), changed_(std::move(changed)), events_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
    constexpr std::uint32_t mask = IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_ONLYDIR;
    bool any = false;
    for (const char *directory : {plan::own_emulators, plan::distribution_emulators})
        any = (events_ && ::inotify_add_watch(events_.get(), directory, mask) >= 0) || any;
    if (any)
        source_ = loop_.on_io(events_.get(), EPOLLIN, [this](std::uint32_t) { read_events(); });
}

void EmulatorWatch::read_events() {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool ours = false;
    ssize_t got = 0;
    while ((got = ::read(events_.get(), buffer.data(), buffer.size())) > 0)
        for (const char *at = buffer.data(); at < buffer.data() + got;) {
            inotify_event event{};
            std::memcpy(&event, at, sizeof event);
            const char *name = at + sizeof event;
            ours = ours || (event.len > 0 && std::string_view(name).starts_with("qemu-")) ||
                   (event.mask & IN_Q_OVERFLOW) != 0;
            at = name + event.len;
        }
    if (ours)
        calm_ = loop_.after(calm, [this] { changed_(); });
}

} // namespace frank::session

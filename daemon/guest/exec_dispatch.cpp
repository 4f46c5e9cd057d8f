#include "daemon/guest/exec_dispatch.hpp"

#include "daemon/guest/exec_list.hpp"
#include "daemon/guest/exec_loader.hpp"
#include "daemon/guest/exec_path.hpp"
#include "daemon/guest/exec_twin.hpp"
#include "daemon/guest/exec_view.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <sys/uio.h>

namespace frank::guest {

namespace {

constexpr const char *table_path = "/run/frankend/exec-table";
/// A chroot made inside a session does not have our /run: what PID 1 sees is what we were registered for.
constexpr const char *outer_root = "/proc/1/root";
constexpr const char *outer_table_path = "/proc/1/root/run/frankend/exec-table";
constexpr int not_found = 127;
constexpr int not_executable = 126;

/// What an emulator is told where somebody looks on, up to the first nullptr.
struct WatchOptions {
    const char *words[4] = {};
    std::size_t count() const {
        std::size_t n = 0;
        while (words[n] != nullptr)
            ++n;
        return n;
    }
};

WatchOptions watch_options(plan::Watch watch) {
    switch (watch) {
    case plan::Watch::trace:
        // Where nobody reads any more, qemu would wait for a reader: the program runs untraced. Ours stays
        // open until exec closes it, so that whoever reads sees that somebody is coming.
        if (::open(plan::trace_path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) >= 0)
            return {{"-strace", "-D", plan::trace_path, nullptr}};
        break;
    case plan::Watch::debug:
        if (::unlink(plan::debug_ticket) == 0)
            return {{"-g", plan::debug_path, nullptr, nullptr}};
        break;
    case plan::Watch::none:
        break;
    }
    return {};
}

/// `path`: the emulator's, from where we are.
int run_emulator(const ForeignCall &call, const EmulatorView &emulator, const char *path,
                 const WatchOptions &watch) {
    // The kernel gave a setuid program's rights for the file it opened. By its path the emulator could be
    // made to open another one: a symbolic link changes faster than it looks.
    const DescriptorPath same_file(call.binary);
    if (call.secure && (::access(same_file.text(), F_OK) < 0 || ::fcntl(call.binary.get(), F_SETFD, 0) < 0)) {
        complain(call.file, "a setuid program cannot run here without /proc", errno);
        return not_executable;
    }
    // Room for: emulator, options, "-0", argv[0], file, the other arguments, end. Many are mapped.
    const std::size_t room = emulator.option_count + watch.count() + static_cast<std::size_t>(call.argc) + 6;
    const char *few[48];
    const char **argv = room <= std::size(few) ? few : map_list(room);
    if (argv == nullptr) {
        complain(call.file, "no memory for its arguments", errno);
        return not_executable;
    }
    std::size_t count = 0;
    argv[count++] = emulator.path;
    const char *option = emulator.options;
    for (std::uint32_t i = 0; i < emulator.option_count; ++i, option += std::strlen(option) + 1)
        argv[count++] = option;
    for (const char *const *word = watch.words; *word != nullptr; ++word)
        argv[count++] = *word;
    argv[count++] = "-0";
    argv[count++] = call.argc > 0 ? call.argv[0] : "";
    argv[count++] = call.secure ? same_file.text() : call.file;
    for (int i = 1; i < call.argc; ++i)
        argv[count++] = call.argv[i];
    argv[count] = nullptr;
    (void)::execve(path, const_cast<char *const *>(argv), call.environment);
    const int error = errno;
    if (error == ENOENT) {
        complain(emulator.path, "the emulator is gone; stop and start the session", error);
        return not_found;
    }
    complain(emulator.path, error == E2BIG ? "too many arguments" : "the emulator could not be executed",
             error);
    return not_executable;
}

/// Apart from it, as all that has a whole path on its stack: pages that are not touched are not made.
[[gnu::noinline]] int run_emulator_below(const char *root, const ForeignCall &call,
                                         const EmulatorView &emulator, const WatchOptions &watch) {
    return run_emulator(call, emulator, Path(root, emulator.path).text(), watch);
}

/// In this machine's own table (kernels before 6.7) we are called "frank-exec-aarch64", and foreign programs
/// outside of sessions come to us too: they get what they would get without us, the emulator of where they
/// are. Comes back where we are not called so, or there is none.
[[gnu::noinline]] void run_plainly(const ForeignCall &call) {
    constexpr const char *prefix = "frank-exec-";
    const char *slash = std::strrchr(call.name, '/');
    const char *name = slash == nullptr ? call.name : slash + 1;
    if (std::strncmp(name, prefix, std::strlen(prefix)) != 0)
        return;
    name += std::strlen(prefix);
    const Path plain("/usr/bin/qemu-", name);
    const Path fixed(plain.text(), "-static");
    for (const char *path : {fixed.text(), plain.text()})
        if (::access(path, X_OK) == 0)
            (void)run_emulator(call, {path, "", 0}, path, {});
}

} // namespace

void drop_emulator_settings(char **environment) {
    char **kept = environment;
    for (char **entry = environment; *entry != nullptr; ++entry)
        if (std::strncmp(*entry, "QEMU_", 5) != 0)
            *kept++ = *entry;
    *kept = nullptr;
}

void complain(const char *subject, const char *what, int error) {
    const char *name = error == 0 ? nullptr : ::strerrorname_np(error);
    const char *const parts[] = {"frank-exec: ",
                                 subject,
                                 ": ",
                                 what,
                                 name == nullptr ? "" : " (",
                                 name == nullptr ? "" : name,
                                 name == nullptr ? "\n" : ")\n"};
    iovec pieces[std::size(parts)];
    for (std::size_t i = 0; i < std::size(parts); ++i)
        pieces[i] = {const_cast<char *>(parts[i]), std::strlen(parts[i])};
    (void)!::writev(STDERR_FILENO, pieces, std::size(pieces));
}

int dispatch(const ForeignCall &call) {
    ElfKind kind;
    if (!read_elf_kind(call.binary.get(), kind)) {
        complain(call.file, "not an ELF program, or it cannot be read", 0);
        return not_executable;
    }
    ExecTableView table;
    const char *root = "";
    auto opened = table.open(table_path);
    if (opened == ExecTableView::Opened::absent) {
        root = outer_root;
        opened = table.open(outer_table_path);
    }
    if (opened != ExecTableView::Opened::yes) {
        const bool absent = opened == ExecTableView::Opened::absent;
        const int why = errno;
        if (absent)
            run_plainly(call);
        errno = why;
        complain(table_path,
                 absent ? "cannot be read; into a chroot inside a session, bind /run/frankend"
                        : "is damaged; stop and start the session",
                 absent ? errno : 0);
        return not_executable;
    }
    if (table.has_routes())
        try_twin(call, table, root);
    EmulatorView emulator{};
    if (!table.find_emulator(kind, emulator)) {
        complain(call.file, "this session has no emulator for its architecture", 0);
        return not_found;
    }
    if (!loader_is_there(call.binary.get(), kind, call.file, call.environment))
        return not_found;
    const WatchOptions watch = watch_options(table.watch());
    return *root == '\0' ? run_emulator(call, emulator, emulator.path, watch)
                         : run_emulator_below(root, call, emulator, watch);
}

} // namespace frank::guest

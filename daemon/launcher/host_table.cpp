#include "daemon/launcher/host_table.hpp"

#include "daemon/launcher/emulator.hpp"
#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/launcher/table_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

namespace frank::launcher {

namespace {

using plan::Rung;
using plan::TableEntry;

constexpr std::size_t max_memory = std::size_t{1} << 20;
constexpr std::size_t max_program = std::size_t{8} << 20;
constexpr const char *memory_name = "memory";
/// Read last of all (binfmt.d(5) sorts by name), so that ours win there too.
constexpr const char *copy_name = "zz-frankend.conf";

/// A directory below `path`, root's to write to.
sys::Fd open_directory(const std::string &path, unsigned mode) {
    sys::ensure_directory(path, mode);
    sys::Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!directory)
        fail(Rung::host_table, path);
    return directory;
}

std::string boot_id() {
    std::string text = sys::read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64).value_or("unknown\n");
    text.resize(std::min(text.find('\n'), text.size()));
    return text;
}

/// The text, mode 0644; nothing where it is empty.
void keep_copy(const std::string &directory, const std::string &text) {
    const std::string path = directory + "/" + copy_name;
    if (text.empty()) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            fail(Rung::host_table, path);
        return;
    }
    const sys::Fd parent = open_directory(directory, 0755);
    if (sys::read_file(parent.get(), copy_name, max_memory) == text)
        return;
    sys::write_file_atomically(parent.get(), copy_name, text);
    if (::fchmodat(parent.get(), copy_name, 0644, 0) != 0)
        fail(Rung::host_table, path);
}

bool for_a_session(const TableEntry &entry) { return entry.name.starts_with("frank-"); }

} // namespace

bool private_tables(const Settings &settings) {
    if (!settings.private_tables)
        return false;
    // With a mount namespace: without the right to mount in one nothing could be tried.
    const pid_t child = fork_into(CLONE_NEWUSER | CLONE_NEWNS, nullptr);
    if (child == 0) {
        const int context = ::fsopen("binfmt_misc", FSOPEN_CLOEXEC);
        ::_exit(::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0 ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child)
        fail(Rung::host_table, "a user namespace to try");
    return status == 0;
}

HostTable::HostTable(const Settings &settings) : settings_(settings) {
    sys::ensure_directory(settings.storage, 0700);
    directory_ = open_directory(settings.storage + "/binfmt", 0700);
    if (::flock(directory_.get(), LOCK_EX) != 0)
        fail(Rung::host_table, "a lock");
    table_ = open_table(settings.table, false);
}

plan::TableMemory HostTable::recall() const {
    auto memory =
        plan::parse_table_memory(sys::read_file(directory_.get(), memory_name, max_memory).value_or(""));
    if (!memory)
        fail(Rung::host_table, memory.error().message, EUCLEAN);
    const std::string boot = boot_id();
    if (memory->boot != boot)
        *memory = {boot, {}, {}, {}};
    return std::move(*memory);
}

void HostTable::remember(const plan::TableMemory &memory) const {
    const std::string text = plan::to_text(memory);
    const bool empty = memory.ours.empty() && memory.replaced.empty() && memory.unfinished.empty();
    if (empty && ::unlinkat(directory_.get(), memory_name, 0) != 0 && errno != ENOENT)
        fail(Rung::host_table, "what is remembered of it");
    if (!empty && sys::read_file(directory_.get(), memory_name, max_memory) != text)
        sys::write_file_atomically(directory_.get(), memory_name, text);
}

/// The dispatcher in a file that is called after its emulator: outside of a session there is nothing but its
/// own name (argv[0]) to tell it which.
std::string HostTable::install_dispatcher(plan::Arch arch, std::vector<std::string> &stale) const {
    const std::string name = "frank-exec-" + std::string(plan::info(arch).qemu);
    const auto program = sys::read_file(AT_FDCWD, (settings_.libexec + "/frank-exec").c_str(), max_program);
    if (!program)
        fail(Rung::host_table, settings_.libexec + "/frank-exec", ENOENT);
    if (sys::read_file(directory_.get(), name.c_str(), max_program) != program) {
        stale.push_back(plan::session_table_entry(arch, "/x").name);
        sys::write_file_atomically(directory_.get(), name.c_str(), *program);
        if (::fchmodat(directory_.get(), name.c_str(), 0755, 0) != 0)
            fail(Rung::host_table, name);
    }
    return settings_.storage + "/binfmt/" + name;
}

void HostTable::set(const plan::LaunchRequest &request, plan::TableKind of_sessions) {
    std::vector<TableEntry> wanted;
    std::vector<std::string> stale;
    const auto add = [&wanted](TableEntry entry) { // armhf and armel share one
        if (std::ranges::find(wanted, entry.name, &TableEntry::name) == wanted.end())
            wanted.push_back(std::move(entry));
    };
    for (const plan::Arch arch : plan::arches_of_bits(request.for_programs)) {
        try {
            add(plan::host_table_entry(arch, find_emulator(arch)));
        } catch (const LaunchError &missing) { // removed since it was asked for: that one cannot be had
            (void)std::fprintf(stderr, "frank-launcher: no %s for this machine's table\n",
                               missing.what.detail.data());
        }
    }
    // Later ones win: a session's programs go to frank-exec, whatever there is for others.
    if (of_sessions == plan::TableKind::host)
        for (const plan::Arch arch : plan::arches_of_bits(request.for_sessions))
            add(plan::session_table_entry(arch, install_dispatcher(arch, stale)));
    (void)establish(wanted, stale);
}

bool HostTable::mend() { return establish(recall().ours, {}); }

void HostTable::let_go() { (void)establish({}, {}); }

bool HostTable::establish(const std::vector<TableEntry> &wanted, std::span<const std::string> stale) const {
    const plan::TableMemory memory = recall();
    if (wanted.empty() && memory.ours.empty() && memory.unfinished.empty()) {
        write_copies({});
        return false;
    }
    const plan::TablePlan plan = plan_host_table(read_table(table_.get()), memory, wanted, stale);
    remember(plan.before);
    write_copies(wanted); // first: from now on systemd-binfmt does not undo the steps
    for (const plan::TableStep &step : plan.steps) {
        const int error = carry_out(table_.get(), step);
        if (error == 0)
            continue;
        const bool ours = std::ranges::find(wanted, step.entry) != wanted.end();
        if (ours || step.deed == plan::TableDeed::remove)
            fail(Rung::host_table, describe(step), error);
        // Theirs cannot be had any more, such as one whose interpreter is gone: nothing is gained by keeping
        // it.
        (void)std::fprintf(stderr, "frank-launcher: this machine's binfmt table: could not %s: %s\n",
                           describe(step).c_str(), ::strerror(error));
    }
    remember(plan.after);
    return !plan.steps.empty();
}

void HostTable::write_copies(const std::vector<TableEntry> &wanted) const {
    std::string lines;
    for (const TableEntry &entry : wanted)
        lines += plan::table_line(entry) + "\n";
    keep_copy(settings_.run + "/binfmt.d", lines);
    // Until 6.14 a kernel that finds nobody for a program asks for the module "binfmt-464c" ("LF" of "ELF"),
    // waits, and looks once more (search_binary_handler() in fs/exec.c): that is when what was flushed a
    // moment ago is put back, and no build notices.
    const bool sessions = std::ranges::any_of(wanted, for_a_session);
    keep_copy(settings_.run + "/modprobe.d", sessions ? "install binfmt-464c " + settings_.libexec +
                                                            "/frank-launcher --mend-table --until-quiet\n"
                                                      : "");
}

void HostTable::must_serve(std::span<const plan::Arch> arches) const {
    const auto table = read_table(table_.get());
    const auto ours = recall().ours;
    for (const plan::Arch arch : arches) {
        const TableEntry sample = plan::session_table_entry(arch, "/x");
        const auto first = std::ranges::find_if(
            table, [&](const TableEntry &entry) { return entry.enabled && overlap(entry, sample); });
        if (first == table.end() || !for_a_session(*first) || std::ranges::find(ours, *first) == ours.end())
            fail(Rung::host_table, "no " + sample.name + " that wins", ENOENT);
    }
}

sys::Fd HostTable::view() const { return open_table(settings_.table, true); }

void mend_until_quiet(const Settings &settings, std::chrono::milliseconds quiet) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds pause{20};
    const auto missing = [&settings] { // nobody else is held up in a pause: the lock is for this alone
        try {
            return HostTable(settings).mend();
        } catch (const LaunchError &) { // somebody else changed it in between
            return true;
        }
    };
    // A restart of systemd-binfmt flushes twice, when it stops and again when it starts. Any other program
    // that nobody runs must not wait.
    if (!missing())
        return;
    const Clock::time_point last = Clock::now() + std::chrono::seconds(10);
    for (Clock::time_point missed = Clock::now(); Clock::now() < std::min(missed + quiet, last);) {
        std::this_thread::sleep_for(pause);
        if (missing())
            missed = Clock::now();
    }
}

} // namespace frank::launcher

#include "daemon/session/job_store.hpp"

#include "daemon/session/job_record.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <set>

namespace frank::session {

namespace {

constexpr JobId block = 64;
constexpr const char *counter = "next-job";

std::string record_name(JobId id) { return std::to_string(id) + ".toml"; }

/// 0 where it is no id.
JobId id_in(std::string_view text) {
    JobId id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc{} && end == text.data() + text.size() ? id : 0;
}

} // namespace

JobStore::JobStore(const std::string &state, const std::string &runtime, std::string boot_id)
    : state_(state), logs_(state + "/jobs"), records_(runtime + "/jobs"), boot_id_(std::move(boot_id)) {
    for (const std::string &directory : {state, logs_, runtime, records_})
        sys::ensure_directory(directory, 0700);
}

JobId JobStore::next_id() {
    if (next_ == reserved_) {
        const sys::Fd dir = open_directory(state_);
        auto text = sys::read_file(dir.get(), counter, max_state_bytes);
        while (text && text->ends_with('\n'))
            text->pop_back();
        JobId first = text ? id_in(*text) : 1;
        if (first == 0) {
            set_aside(state_, counter, "it holds no number");
            first = wall_clock(); // above any id that was counted up from 1
        }
        sys::write_file_atomically(dir.get(), counter, std::to_string(first + block) + "\n");
        next_ = first;
        reserved_ = first + block;
    }
    return next_++;
}

std::string JobStore::log_path(JobId id) const { return logs_ + "/" + std::to_string(id) + ".log"; }

sys::Fd JobStore::create_log(JobId id) const {
    const std::string path = log_path(id);
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return sys::Fd(sys::must(::open(path.c_str(), flags, 0600), ("create " + path).c_str()));
}

sys::Fd JobStore::open_log(JobId id) const {
    return sys::Fd(::open(log_path(id).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
}

std::string JobStore::log_end(JobId id, std::size_t bytes) const {
    const sys::Fd log = open_log(id);
    const off_t size = log ? ::lseek(log.get(), 0, SEEK_END) : -1;
    if (size <= 0)
        return {};
    std::string text(std::min(bytes, static_cast<std::size_t>(size)), '\0');
    const ssize_t got = ::pread(log.get(), text.data(), text.size(), size - static_cast<off_t>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

void JobStore::save(const Job &job) const {
    write_runtime_file(records_, record_name(job.id), to_toml(JobRecord{boot_id_, job}));
}

void JobStore::remove(JobId id) const {
    (void)::unlink((records_ + "/" + record_name(id)).c_str());
    (void)::unlink(log_path(id).c_str());
}

std::vector<Job> JobStore::load() const {
    std::vector<Job> jobs;
    std::set<std::string> logs;
    const sys::Fd dir = open_directory(records_);
    for (const std::string &name : names_in(records_)) {
        if (is_set_aside(name))
            continue;
        if (name.starts_with('.')) { // half written when frankend died
            (void)::unlinkat(dir.get(), name.c_str(), 0);
            continue;
        }
        std::string why;
        try {
            const auto text = sys::read_file(dir.get(), name.c_str(), max_state_bytes);
            auto record = job_from_toml(text.value_or(""));
            if (record && record->boot_id != boot_id_) {
                (void)::unlinkat(dir.get(), name.c_str(), 0);
                continue;
            }
            if (record && record_name(record->job.id) == name) {
                logs.insert(std::to_string(record->job.id) + ".log");
                jobs.push_back(std::move(record->job));
                continue;
            }
            why = record ? "it is the record of another job" : record.error().message;
        } catch (const std::system_error &error) {
            why = error.what();
        }
        set_aside(records_, name, why);
    }
    for (const std::string &name : names_in(logs_))
        if (!logs.contains(name))
            (void)::unlink((logs_ + "/" + name).c_str());
    return jobs;
}

} // namespace frank::session

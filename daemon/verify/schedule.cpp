#include "daemon/verify/schedule.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/verify/check.hpp"
#include "daemon/verify/command.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace frank::verify {

namespace {

namespace fs = std::filesystem;
using sys::Fd;
using sys::must;

constexpr std::size_t at_once = 2;
constexpr std::size_t max_line = 300;
constexpr std::chrono::hours forever{24 * 365};

std::string to_line(const Candidate &candidate, const Verdict &verdict) {
    if (!verdict.reason.empty())
        return "no\t" + candidate.path + "\t" + plan::printable(verdict.reason, max_line);
    return "ok\t" + candidate.path + "\t" + std::to_string(verdict.emulated.count()) + "\t" +
           std::to_string(verdict.native.count()) + "\t" + std::to_string(verdict.runs) + "\t" +
           plan::printable(verdict.package, max_line) + "\t" +
           plan::printable(verdict.native_package, max_line);
}

/// In order: what takes long and what others call first.
std::vector<Candidate> in_order(const std::vector<std::string> &arguments) {
    std::vector<Candidate> candidates;
    candidates.reserve(arguments.size());
    for (const std::string &argument : arguments)
        candidates.push_back(parse_candidate(argument));
    std::ranges::stable_sort(candidates, {}, [](const Candidate &each) { return recipe_rank(each.recipe); });
    return candidates;
}

class Schedule {
  public:
    Schedule(std::vector<Candidate> candidates, std::string directory)
        : candidates_(std::move(candidates)), started_(candidates_.size(), false),
          directory_(std::move(directory)) {}

    int play() {
        say_progress();
        while (done_ < candidates_.size()) {
            while (running_.size() < at_once && start_next())
                ;
            const int signal = await_signal(std::chrono::steady_clock::now() + forever);
            if (asks_to_end(signal))
                return end_all(signal);
            reap();
        }
        return 0;
    }

  private:
    /// One that can be checked now; the files to work on are made when somebody is about to need them.
    bool start_next() {
        for (std::size_t i = 0; i < candidates_.size(); ++i) {
            const bool waits = candidates_[i].recipe != nullptr && candidates_[i].recipe->needs_objects &&
                               objects_ != Objects::there;
            if (started_[i])
                continue;
            if (waits && objects_ == Objects::none) {
                objects_ = Objects::being_made;
                start(candidates_.size(), [this] { return make_objects(objects_directory()); });
                return true;
            }
            if (waits)
                continue;
            started_[i] = true;
            start(i, [this, i] { return answer(candidates_[i], std::to_string(i)); });
            return true;
        }
        return false;
    }

    std::string objects_directory() const {
        fs::create_directories(directory_ + "/objects");
        return directory_ + "/objects";
    }

    std::string answer(const Candidate &candidate, const std::string &name) const {
        if (candidate.recipe != nullptr && candidate.recipe->needs_objects && !why_no_objects_.empty())
            return to_line(candidate, {why_no_objects_});
        return to_line(candidate, check(candidate, directory_ + "/" + name, directory_ + "/objects"));
    }

    /// What `work` says comes back through a pipe, which holds more than a line.
    template <class Work> void start(std::size_t index, Work work) {
        int ends[2];
        must(::pipe2(ends, O_CLOEXEC), "make a pipe");
        Fd read_end(ends[0]), write_end(ends[1]);
        const pid_t parent = ::getpid();
        const pid_t child = must(::fork(), "start a check");
        if (child != 0) {
            running_[child] = {index, std::move(read_end)};
            return;
        }
        (void)::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(1);
        std::string text;
        try {
            text = work();
        } catch (const std::exception &broken) {
            text = broken_line(index, broken.what());
        }
        (void)!::write(write_end.get(), text.data(), text.size());
        ::_exit(0);
    }

    std::string broken_line(std::size_t index, const std::string &why) const {
        const std::string reason = "the check itself broke: " + why;
        return index < candidates_.size() ? to_line(candidates_[index], {reason}) : reason;
    }

    void reap() {
        for (;;) {
            const pid_t gone = ::waitpid(-1, nullptr, WNOHANG);
            const auto found = gone > 0 ? running_.find(gone) : running_.end();
            if (gone <= 0)
                return;
            if (found == running_.end())
                continue;
            const std::size_t index = found->second.index;
            std::array<char, 4096> buffer{};
            const ssize_t size = ::read(found->second.answer.get(), buffer.data(), buffer.size());
            take(index, std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
            running_.erase(found);
        }
    }

    void take(std::size_t index, std::string text) {
        if (index == candidates_.size()) {
            objects_ = Objects::there;
            why_no_objects_ = text;
            return;
        }
        if (text.empty())
            text = broken_line(index, "it was killed");
        ++done_;
        (void)std::printf("%s\n", text.c_str());
        say_progress();
    }

    void say_progress() const {
        (void)std::printf("progress\t%zu\t%zu\n", done_, candidates_.size());
        (void)std::fflush(stdout);
    }

    int end_all(int signal) {
        for (const auto &[pid, task] : running_)
            (void)::kill(pid, SIGTERM);
        for (const auto &[pid, task] : running_)
            (void)::waitpid(pid, nullptr, 0);
        return 128 + signal;
    }

    enum class Objects { none, being_made, there };
    struct Task {
        std::size_t index = 0;
        Fd answer;
    };
    std::vector<Candidate> candidates_;
    std::vector<bool> started_;
    std::string directory_;
    std::map<pid_t, Task> running_;
    std::size_t done_ = 0;
    Objects objects_ = Objects::none;
    std::string why_no_objects_;
};

} // namespace

int check_all(const std::vector<std::string> &arguments, const std::string &directory) {
    return Schedule(in_order(arguments), directory).play();
}

} // namespace frank::verify

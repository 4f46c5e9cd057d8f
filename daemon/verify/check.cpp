#include "daemon/verify/check.hpp"

#include "daemon/sys/fd.hpp"
#include "daemon/verify/calls.hpp"
#include "daemon/verify/command.hpp"
#include "daemon/verify/guest_flags.hpp"
#include "daemon/verify/outcome_compare.hpp"
#include "daemon/verify/tree_compare.hpp"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace frank::verify {

namespace {

namespace fs = std::filesystem;

/// What git calls; it may be another file.
constexpr std::string_view inner_git = "git-core/git";

std::string base_name(const std::string &path) { return path.substr(path.rfind('/') + 1); }

/// The two runs take turns at one path: what they make may hold it.
class Stage {
  public:
    explicit Stage(std::string base) : base_(std::move(base)) {
        fs::create_directory(emulated());
        fs::create_directory(native());
    }
    std::string emulated() const { return base_ + "/emulated"; }
    std::string native() const { return base_ + "/native"; }
    std::string here() const { return base_ + "/run"; }

    Outcome play(Command command, const std::string &directory) const {
        fs::rename(directory, here());
        command.directory = here();
        Outcome outcome = run(command);
        fs::rename(here(), directory);
        return outcome;
    }

  private:
    std::string base_;
};

void write_file(const std::string &path, std::string_view content) {
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush())
        sys::breakage("write " + path);
}

/// Before the clock of the test: files that a command makes are newer than those it was given.
void furnish(const Recipe &recipe, const std::string &objects, const std::string &directory) {
    for (const InputFile &file : recipe.files)
        write_file(directory + "/" + std::string(file.name), file.content);
    if (recipe.needs_tree) {
        fs::create_directories(directory + "/directory/inner/deep");
        fs::create_symlink("words.txt", directory + "/link");
    }
    if (recipe.needs_objects)
        fs::copy(objects, directory + "/objects", fs::copy_options::recursive);
}

class Trial {
  public:
    Trial(const Candidate &candidate, const std::string &directory)
        : candidate_(candidate), stage_(directory), began_(std::time(nullptr)) {}

    Verdict judge(const std::string &objects) {
        furnish(*candidate_.recipe, objects, stage_.emulated());
        furnish(*candidate_.recipe, objects, stage_.native());
        if (verdict_.reason.empty() && !candidate_.recipe->version.empty())
            compare_versions();
        for (const Step &step : candidate_.recipe->steps)
            if (verdict_.reason.empty())
                take(step);
        return verdict_;
    }

    /// The emulator itself sometimes dies; then the whole is worth a second try.
    bool guest_died() const { return guest_died_; }

  private:
    /// Which program a step runs, and from which word on its arguments are.
    std::size_t choose_program(const std::vector<std::string> &words, Command &command) const {
        const bool made = !words.empty() && words[0].starts_with("./"),
                   other = words.size() > 1 && words[0] == "$";
        command.program = made    ? stage_.here() + words[0].substr(1)
                          : other ? "/usr/bin/" + words[1]
                                  : candidate_.path;
        command.argv.push_back(made ? words[0] : other ? words[1] : candidate_.path);
        return other ? 2 : made ? 1 : 0;
    }

    Command command_for(const StepWords &step) {
        Command command;
        for (std::size_t i = choose_program(step.words, command); i < step.words.size(); ++i)
            if (step.words[i] != "@flags")
                command.argv.push_back(step.words[i]);
            else
                for (const std::string &flag : flags())
                    command.argv.push_back(flag);
        if (!step.input.empty())
            command.input = step.input;
        return command;
    }

    const std::vector<std::string> &flags() {
        if (!flags_)
            flags_ = find_guest_flags(candidate_.path);
        return *flags_;
    }

    Outcome play_native(const Command &command) {
        Outcome outcome = stage_.play(command, stage_.native());
        verdict_.native += outcome.time;
        return outcome;
    }

    Outcome play_emulated(Command command) {
        command.emulated = true;
        Outcome outcome = stage_.play(command, stage_.emulated());
        verdict_.emulated += outcome.time;
        guest_died_ = guest_died_ || outcome.signal != 0;
        return outcome;
    }

    void compare_versions() {
        Command command = command_for(split_line(candidate_.recipe->version));
        const Outcome guest = play_emulated(command);
        if (!candidate_.native.empty())
            command.program = candidate_.native;
        const Outcome twin = play_native(command);
        ++verdict_.runs;
        const std::string here = find_version(guest.output + guest.messages);
        const std::string there = find_version(twin.output + twin.messages);
        verdict_.package = find_package(guest.output + guest.messages);
        verdict_.native_package = find_package(twin.output + twin.messages);
        if (std::string end = describe_end(twin, "natively"); there.empty() && !end.empty())
            verdict_.reason = "its twin " + end;
        else if (here.empty() || there.empty())
            verdict_.reason =
                std::string(here.empty() ? "the guest's own" : "its twin") + " names no version";
        else if (here != there)
            verdict_.reason = "version " + here + " here, " + there + " in the twin";
    }

    void take(const Step &step) {
        const bool direct = step.kind == Kind::direct || step.kind == Kind::specs;
        if (direct && candidate_.native.empty())
            return;
        const Command command = command_for(split_line(step.line));
        Command twin = command;
        if (direct)
            twin.program = candidate_.native;
        const CallLog calls;
        const Verdict before = verdict_;
        const Outcome native = play_native(twin);
        ++verdict_.runs;
        std::string why = describe_crash(native, "natively");
        if (why.empty() && twin.program == candidate_.path && step.kind != Kind::guarded)
            why = calls.why_not_native(native.session);
        if (why.empty())
            why = judge_step(step, native, play_emulated(command));
        // How long another tool takes, which may call this one any number of times, says nothing of one call.
        if (command.program != candidate_.path)
            verdict_ = before;
        if (!why.empty())
            verdict_.reason = label_of(step) + ": " + why;
    }

    std::string label_of(const Step &step) const {
        const bool own = !step.line.starts_with("./") && !step.line.starts_with("$ ");
        return (own ? base_name(candidate_.path) + " " : "") +
               std::string(step.line.substr(step.line.starts_with("$ ") ? 2 : 0));
    }

    std::string judge_step(const Step &step, const Outcome &native, const Outcome &emulated) {
        if (std::string crash = describe_crash(emulated, "emulated"); !crash.empty())
            return "the guest's own " + crash;
        const bool worked = emulated.status == 0;
        if (step.kind != Kind::any && worked == (step.kind == Kind::fails))
            return "the guest's own exits with " + std::to_string(emulated.status) + ": " +
                   emulated.messages.substr(0, emulated.messages.find('\n'));
        if (std::string why = compare_outcomes(emulated, native, step.kind); !why.empty())
            return why;
        const auto found =
            compare_trees(stage_.emulated(), stage_.native(),
                          {began_, candidate_.recipe->clocked, "the emulated run", "the native run"});
        return found.empty() ? "" : found.front();
    }

    const Candidate &candidate_;
    Stage stage_;
    std::time_t began_;
    Verdict verdict_;
    bool guest_died_ = false;
    std::optional<std::vector<std::string>> flags_;
};

} // namespace

Candidate parse_candidate(const std::string &argument) {
    const std::size_t equals = argument.find('=');
    Candidate candidate{argument.substr(0, equals),
                        equals == argument.npos ? "" : argument.substr(equals + 1)};
    candidate.recipe =
        find_recipe(candidate.path.ends_with(inner_git) ? inner_git : base_name(candidate.path));
    return candidate;
}

Verdict check(const Candidate &candidate, const std::string &directory, const std::string &objects) {
    if (candidate.recipe == nullptr)
        return {"no recipe"};
    for (const char *attempt : {"/first", "/second"}) {
        fs::create_directories(directory + attempt);
        Trial trial(candidate, directory + attempt);
        Verdict verdict = trial.judge(objects);
        fs::remove_all(directory + attempt);
        if (verdict.reason.empty() || !trial.guest_died())
            return verdict;
        if (std::string_view(attempt) == "/second")
            return verdict;
    }
    return {"unreachable"};
}

} // namespace frank::verify

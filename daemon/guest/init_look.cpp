#include "daemon/guest/init_look.hpp"

#include "daemon/guest/init_directory.hpp"
#include "daemon/guest/init_glibc.hpp"
#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/root_needs.hpp"
#include "daemon/plan/root_pattern.hpp"

#include <algorithm>

namespace frank::guest {

namespace {

/// All entries of all directories that one call reads: a hostile tree can have any number.
struct Budget {
    std::size_t entries = plan::max_directory_entries;

    bool take() { return entries > 0 && entries-- > 0; }
};

// O_PATH opens nothing: neither a fifo nor a device can hold us up.
Fd look_at(int directory, const char *path) { return Fd(::openat(directory, path, O_PATH | O_CLOEXEC)); }

bool is_there(int directory, const char *path, unsigned wild_left, Budget &budget);

bool is_any_there(int directory, std::string_view part, const char *rest, unsigned wild_left,
                  Budget &budget) {
    bool found = false;
    for_each_entry(directory, ".", [&](const DirectoryEntry &entry) {
        if (!budget.take())
            return false;
        if (!plan::matches(entry.name, part))
            return true;
        const Fd one = look_at(directory, entry.name);
        found = one && (rest == nullptr || is_there(one.get(), rest, wild_left, budget));
        return !found;
    });
    return found;
}

/// `path` does not begin with "/". Symbolic links are the root's own: they lead nowhere else from here.
bool is_there(int directory, const char *path, unsigned wild_left, Budget &budget) {
    if (!plan::is_wild(path))
        return static_cast<bool>(look_at(directory, path));
    const char *slash = std::strchr(path, '/');
    const auto length = slash == nullptr ? std::strlen(path) : static_cast<std::size_t>(slash - path);
    const std::string_view part{path, length};
    const char *rest = slash == nullptr ? nullptr : slash + 1;
    if (plan::is_wild(part))
        return wild_left > 0 && is_any_there(directory, part, rest, wild_left - 1, budget);
    char name[plan::max_pattern_bytes + 1] = {}; // a part without wildcards before one with: there is a rest
    if (rest == nullptr || length >= sizeof name)
        return false;
    std::copy_n(path, length, name);
    const Fd next = look_at(directory, name);
    return next && is_there(next.get(), rest, wild_left, budget);
}

/// One question, read text by text.
struct Question {
    bool has_paths = false, has_path = false; ///< some were asked for; one is there
    bool has_rule = false, holds = true;      ///< one was asked for; all do

    bool is_yes() const { return holds && (has_path || (has_rule && !has_paths)); }
};

class Answer {
  public:
    void take(const char *text) {
        if (*text == '\0')
            return end_question();
        if (*text == '/') {
            question_.has_paths = true;
            question_.has_path = question_.has_path || is_root_path_there(text);
        } else {
            const auto rule = plan::parse_glibc_rule(text);
            question_.has_rule = true;
            question_.holds = question_.holds && rule && glibc() && rule->holds(*glibc());
        }
    }
    std::uint64_t bits() const { return bits_; }

  private:
    void end_question() {
        if (number_ < plan::init_max_questions && question_.is_yes())
            bits_ |= std::uint64_t{1} << number_;
        ++number_;
        question_ = {};
    }
    bool is_root_path_there(const char *path) {
        return plan::is_root_pattern(path) && is_there(root_.get(), path + 1, plan::max_wild_parts, budget_);
    }
    const std::optional<plan::GlibcVersion> &glibc() {
        if (!looked_for_glibc_)
            glibc_ = find_glibc();
        looked_for_glibc_ = true;
        return glibc_;
    }

    Fd root_ = look_at(AT_FDCWD, "/");
    Budget budget_;
    Question question_;
    std::uint64_t bits_ = 0;
    std::size_t number_ = 0;
    bool looked_for_glibc_ = false;
    std::optional<plan::GlibcVersion> glibc_;
};

} // namespace

std::uint64_t answer_questions(std::span<const std::byte> questions) {
    if (questions.empty() || questions.back() != std::byte{0})
        return 0;
    Answer answer;
    const char *end = reinterpret_cast<const char *>(questions.data()) + questions.size();
    for (const char *text = end - questions.size(); text < end; text += std::strlen(text) + 1)
        answer.take(text);
    return answer.bits();
}

} // namespace frank::guest

#include "daemon/plan/board.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/plan/toml_reader.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace frank::plan {

namespace {

constexpr std::size_t max_name = 32;
constexpr std::size_t max_cpu = 64;
constexpr std::size_t max_machine = 32;
constexpr std::size_t max_line = 200;
constexpr std::size_t max_block = 4096; ///< of /proc/cpuinfo
constexpr std::size_t max_compatible = 16;
constexpr std::string_view control_characters = "must not hold control characters";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_plain(std::string_view text) { return printable(text, 2 * text.size() + 8) == text; }

/// Lines with tabs in them, as /proc/cpuinfo has.
bool is_plain_block(std::string text) {
    std::erase_if(text, [](char c) { return c == '\t' || c == '\n'; });
    return is_plain(text);
}

void read_line(TomlReader &reader, std::string_view key, std::size_t max, std::string &out) {
    reader.text(key, max, out);
    if (!is_plain(out))
        reader.reject(key, std::string(control_characters));
}

void read_block(TomlReader &reader, std::string_view key, std::string &out) {
    reader.text(key, max_block, out);
    if (!is_plain_block(out))
        reader.reject(key, std::string(control_characters) + " but tabs and ends of lines");
}

Result<BoardView> read_view(const toml::table &table, std::string_view origin, const ArchInfo &arch) {
    TomlReader reader(table, origin, arch.debian, TomlReader::Missing::allowed);
    BoardView view;
    view.arch = arch.arch;
    view.machine = arch.uname;
    reader.text("cpu", max_cpu, view.cpu);
    if (!is_cpu_model(view.cpu))
        reader.reject("cpu", "cannot be a CPU model of qemu's");
    read_line(reader, "machine", max_machine, view.machine);
    if (view.machine.empty() || view.machine.find(' ') != std::string::npos)
        reader.reject("machine", "must be one word, as uname -m prints it");
    read_block(reader, "cpuinfo_head", view.head);
    read_block(reader, "cpuinfo_processor", view.processor);
    read_block(reader, "cpuinfo_tail", view.tail);
    if (view.processor.empty() && !(view.head.empty() && view.tail.empty()))
        reader.reject("cpuinfo_processor", "is missing");
    if (const auto done = reader.finish(); !done)
        return tl::unexpected<Refusal>(done.error());
    return view;
}

void replace_all(std::string &text, std::string_view what, const std::string &by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

/// How many letters have to be added, taken away or changed (Levenshtein).
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace

bool is_data_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name && is_lower_or_digit(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_cpu_model(std::string_view text) {
    return text.size() <= max_cpu && std::ranges::all_of(text, [](char c) {
               return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') ||
                      std::string_view("._,=+-").find(c) != std::string_view::npos;
           });
}

const BoardView *Board::view(Arch arch) const {
    const auto found = std::ranges::find(views, arch, &BoardView::arch);
    return found == views.end() ? nullptr : &*found;
}

Result<Board> parse_board(std::string_view name, std::string_view text, std::string_view origin) {
    if (!is_data_name(name))
        return refuse(Error::invalid_argument,
                      std::string(origin) + ": a board is named by its file: a-z, 0-9 and '-', at most " +
                          std::to_string(max_name) + ", and .toml");
    const Result<toml::table> root = parse_toml(text, origin);
    if (!root)
        return tl::unexpected<Refusal>(root.error());

    Board board;
    board.name = name;
    TomlReader reader(*root, origin, "", TomlReader::Missing::allowed);
    read_line(reader, "title", max_line, board.title);
    if (board.title.empty())
        reader.reject("title", "is missing: say what the board is called");
    read_line(reader, "note", 2 * max_line, board.note);
    reader.integer("page_size", 4096U, 65536U, board.page_size);
    if ((board.page_size & (board.page_size - 1)) != 0)
        reader.reject("page_size", "must be 4096, 8192, 16384, 32768 or 65536");
    read_line(reader, "model", max_line, board.model);
    reader.texts("compatible", max_compatible, max_line, board.compatible);
    if (!std::ranges::all_of(board.compatible, is_plain))
        reader.reject("compatible", std::string(control_characters));
    Result<void> inner;
    for (const ArchInfo &arch : arch_table())
        if (const toml::table *table = root->contains(arch.debian) ? reader.table(arch.debian) : nullptr) {
            auto view = read_view(*table, origin, arch);
            if (view)
                board.views.push_back(std::move(*view));
            else if (inner)
                inner = tl::unexpected<Refusal>(view.error());
        }
    if (inner && board.views.empty())
        inner = refuse(Error::invalid_argument,
                       std::string(origin) + ": names no architecture: write a table such as [arm64]");
    if (const auto done = reader.finish(); !done)
        return tl::unexpected<Refusal>(done.error());
    if (!inner)
        return tl::unexpected<Refusal>(inner.error());
    return board;
}

void Boards::add(Board board) {
    const auto at = std::ranges::lower_bound(all_, board.name, {}, &Board::name);
    if (at != all_.end() && at->name == board.name)
        *at = std::move(board);
    else
        all_.insert(at, std::move(board));
}

const Board *Boards::find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(all_, name, {}, &Board::name);
    return at != all_.end() && at->name == name ? &*at : nullptr;
}

Refusal Boards::unknown(std::string_view name) const {
    constexpr std::size_t shown = 4;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const Board &board : all_) {
        const bool longer = name.size() >= 3 && board.name.find(name) != std::string::npos;
        const std::size_t far = longer ? 1 : distance(name.substr(0, 2 * max_name), board.name);
        if (far <= 2)
            near.emplace_back(far, board.name);
    }
    std::ranges::sort(near);
    std::string text = "there is no board \"" + printable(name, 40) + "\"";
    for (std::size_t i = 0; i < std::min(near.size(), shown); ++i)
        text += (i == 0 ? "; is it one of these: " : ", ") + std::string(near[i].second);
    return {Error::invalid_argument, text + "; \"frankctl boards\" lists them all"};
}

Result<void> Boards::check(std::string_view name, Arch arch) const {
    if (name.empty())
        return {};
    const Board *board = find(name);
    if (board == nullptr)
        return tl::unexpected<Refusal>(unknown(name));
    if (arch == Arch::none || board->view(arch) != nullptr)
        return {};
    std::string list;
    for (const BoardView &view : board->views)
        list += (list.empty() ? "" : ", ") + std::string(info(view.arch).debian);
    return refuse(Error::invalid_argument, "the root is " + std::string(info(arch).debian) +
                                               ", and the board " + board->name + " runs " + list);
}

const Board *Boards::choose(std::string_view name, Arch arch) const {
    if (!name.empty())
        return find(name);
    if (arch == Arch::none)
        return nullptr;
    std::string generic = "generic-" + std::string(info(arch).debian);
    std::ranges::replace(generic, '_', '-'); // which no name of a board has
    return find(generic);
}

std::string cpuinfo_text(const BoardView &view, unsigned processors) {
    if (view.processor.empty())
        return {};
    std::string text = view.head;
    for (unsigned n = 0; n < processors; ++n) {
        std::string one = view.processor;
        replace_all(one, "{n}", std::to_string(n));
        text += one;
    }
    text += view.tail;
    replace_all(text, "{count}", std::to_string(processors));
    return text;
}

} // namespace frank::plan

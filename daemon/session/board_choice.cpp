#include "daemon/session/board_choice.hpp"

#include "daemon/plan/board_files.hpp"

#include <algorithm>
#include <sched.h>

namespace frank::session {

namespace {

constexpr unsigned max_processors = 1024; // keeps the text well below what frank-launcher takes

/// As nproc(1) counts. Sessions are not bound to fewer.
unsigned processors() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return std::clamp(static_cast<unsigned>(CPU_COUNT(&set)), 1U, max_processors);
}

const plan::BoardView *view_of(const plan::Boards &boards, const plan::SessionSettings &settings,
                               plan::Arch arch) {
    // A root of two architectures stands on the generic board of each.
    const plan::Board *board = boards.choose(settings.board, arch);
    return board == nullptr ? nullptr : board->view(arch);
}

} // namespace

std::string board_name(const plan::Boards &boards, const plan::SessionSettings &settings) {
    const plan::Board *board = boards.choose(settings.board, settings.arch);
    return board == nullptr ? settings.board : board->name;
}

std::string board_of_cpu(const plan::Boards &boards, const plan::SessionSettings &settings, plan::Arch arch) {
    const plan::BoardView *view = settings.cpu.empty() ? view_of(boards, settings, arch) : nullptr;
    return view == nullptr || view->cpu.empty() ? "" : boards.choose(settings.board, arch)->name;
}

std::string cpu_of(const plan::Boards &boards, const plan::SessionSettings &settings, plan::Arch arch) {
    if (arch == plan::Arch::none || plan::info(arch).native)
        return settings.cpu;
    // The user's word is for the architecture that the root is of, which is not known while it is created.
    if (!settings.cpu.empty() && (arch == settings.arch || settings.arch == plan::Arch::none))
        return settings.cpu;
    if (const plan::BoardView *view = view_of(boards, settings, arch); view != nullptr && !view->cpu.empty())
        return view->cpu;
    return std::string(plan::info(arch).default_cpu);
}

std::vector<std::byte> board_files(const plan::Boards &boards, const plan::SessionSettings &settings) {
    plan::BoardTexts texts;
    const plan::Arch arch = settings.arch;
    const plan::BoardView *view =
        arch == plan::Arch::none || plan::info(arch).native ? nullptr : view_of(boards, settings, arch);
    if (view != nullptr) {
        const plan::Board &board = *boards.choose(settings.board, arch);
        const auto text = [&texts](plan::BoardFile file) -> std::string & {
            return texts[static_cast<std::size_t>(file)];
        };
        text(plan::BoardFile::cpuinfo) = plan::cpuinfo_text(*view, processors());
        // As in a device tree: texts end with NUL, also the last of a list (Devicetree Specification, 2.2.4).
        if (!board.model.empty())
            text(plan::BoardFile::model) = board.model + '\0';
        for (const std::string &one : board.compatible)
            text(plan::BoardFile::compatible) += one + '\0';
    }
    return plan::encode_board_files(texts);
}

} // namespace frank::session

#include "daemon/session/emulator_trial.hpp"

#include "daemon/plan/spawn_request.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/findings.hpp"
#include "daemon/sys/file.hpp"

#include <array>
#include <cstring>
#include <elf.h>
#include <sys/stat.h>

namespace frank::session {

namespace {

constexpr std::size_t shown = 200;

tl::unexpected<plan::Refusal> no_emulator(const std::string &name, const std::string &why) {
    return plan::refuse(Error::no_emulator,
                        "\"" + plan::printable(name, shown) + "\" is no emulator to use: " + why);
}

bool is_program_of_ours(std::span<const std::byte> head) {
    Elf64_Ehdr elf{};
    if (head.size() < sizeof elf)
        return false;
    std::memcpy(&elf, head.data(), sizeof elf);
    return std::memcmp(elf.e_ident, ELFMAG, SELFMAG) == 0 && elf.e_ident[EI_CLASS] == ELFCLASS64 &&
           elf.e_machine == EM_X86_64 && (elf.e_type == ET_EXEC || elf.e_type == ET_DYN);
}

/// A model that the emulator does not take may be none that the user has ever heard of.
plan::Refusal with_board(plan::Refusal why, const std::string &board) {
    if (why.error == Error::invalid_argument && !board.empty())
        why.message +=
            "; it is the CPU of the board " + board + ": choose another with --cpu, or a newer emulator";
    return why;
}

} // namespace

plan::Result<void> check_emulator_file(const sys::Fd &file, const std::string &name) {
    struct stat info {};
    if (!sys::is_sealed(file) || ::fstat(file.get(), &info) != 0)
        return plan::refuse(Error::invalid_argument, "an emulator must be given as a sealed memfd");
    if (static_cast<std::uint64_t>(info.st_size) > plan::max_emulator_bytes)
        return no_emulator(name, "it is larger than 128 MiB");
    std::array<std::byte, 4096> bytes{};
    const ssize_t got = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    const auto head = std::span(bytes).first(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (!is_program_of_ours(head))
        return no_emulator(name, "it is no x86-64 program");
    if (!is_static_elf(head))
        return no_emulator(name,
                           "it is dynamically linked and would look for its libraries in the foreign root; "
                           "take a static one, as qemu-user-static has it (Debian 13: qemu-user)");
    return {};
}

plan::SessionSettings settings_of_nobody(const std::string &name) {
    return {plan::SessionName::parse(name).value(),
            plan::RootKind::archive,
            plan::no_instance,
            0,
            plan::id_base_max / plan::id_range_size * plan::id_range_size,
            plan::DiskIds::foreign,
            plan::Arch::none,
            "",
            "",
            "",
            0,
            true,
            false};
}

EmulatorTrial::~EmulatorTrial() {
    workshop_.reset();
    guarded([this] { context_.runtime.remove(context_.runtime.workshop_directory(name_)); },
            [](const plan::Refusal &) {}); // the next start of frankend removes what is left
}

EmulatorTrial::EmulatorTrial(Context &context, EmulatorQuestion question, Done done)
    : context_(context), name_("frankend-emulator-" + std::to_string(++context.trials)),
      board_(std::move(question.board)), done_(std::move(done)) {
    guarded(
        [&] {
            std::vector<std::string> argv{"/frank/frank-tree", "probe", "--emulator", "--arch",
                                          std::string(plan::info(question.arch).debian)};
            if (!question.cpu.empty())
                argv.insert(argv.end(), {"--cpu", question.cpu});
            WorkshopOrder order{
                settings_of_nobody(name_),   plan::Network::none, {question.arch}, std::move(argv), {}, {},
                std::move(question.emulator)};
            const auto ran = [this](const plan::Result<void> &result, const TreeReport &report) {
                const Done tell = std::move(done_);
                tell(result.map([&] { return report.version(); }).map_error([this](plan::Refusal why) {
                    return with_board(std::move(why), board_);
                }));
            };
            workshop_ = std::make_unique<Workshop>(context, std::move(order),
                                                   Workshop::Ears{[](const Progress &) {}, ran});
            workshop_->begin();
        },
        [&](plan::Refusal why) {
            failed_ = context.loop.soon([this, why = std::move(why)] {
                const Done tell = std::move(done_);
                tell(tl::unexpected(why));
            });
        });
}

} // namespace frank::session

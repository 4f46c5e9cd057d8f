// What a session shows of itself. Who may see it is visibility's matter.
#include "daemon/bus/session_object.hpp"
#include "daemon/plan/arch.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

constexpr std::size_t longest_text = 4096;

} // namespace

PropertyMap SessionObject::properties() {
    PropertyMap map = news();
    map.emplace("Name", sdbus::Variant{Name()});
    map.emplace("Owner", sdbus::Variant{Owner()});
    map.emplace("Kind", sdbus::Variant{Kind()});
    map.emplace("Source", sdbus::Variant{Source()});
    map.emplace("Created", sdbus::Variant{Created()});
    return map;
}

PropertyMap SessionObject::news() {
    return {{"State", sdbus::Variant{State()}},
            {"Architecture", sdbus::Variant{Architecture()}},
            {"Cpu", sdbus::Variant{Cpu()}},
            {"OsName", sdbus::Variant{OsName()}},
            {"Jobs", sdbus::Variant{Jobs()}},
            {"Network", sdbus::Variant{Network()}},
            {"Started", sdbus::Variant{Started()}},
            {"BinfmtTable", sdbus::Variant{BinfmtTable()}},
            {"Emulator", sdbus::Variant{Emulator()}},
            {"EmulatorReplaced", sdbus::Variant{EmulatorReplaced()}},
            {"ExtraArchitectures", sdbus::Variant{ExtraArchitectures()}},
            {"Board", sdbus::Variant{Board()}},
            {"Acceleration", sdbus::Variant{Acceleration()}},
            {"AccelerationOff", sdbus::Variant{AccelerationOff()}},
            {"AccelerationOffer", sdbus::Variant{AccelerationOffer()}},
            {"Workarounds", sdbus::Variant{Workarounds()}},
            {"WorkaroundsOff", sdbus::Variant{WorkaroundsOff()}},
            {"Binds", sdbus::Variant{Binds()}},
            {"Limits", sdbus::Variant{Limits()}},
            {"Snapshots", sdbus::Variant{Snapshots()}},
            {"Ephemeral", sdbus::Variant{Ephemeral()}},
            {"Findings", sdbus::Variant{Findings()}}};
}

std::string SessionObject::Name() { return name_; }

std::uint32_t SessionObject::Owner() {
    return property([](const session::SessionView &view) { return view.settings.owner; });
}

std::string SessionObject::State() {
    return property([](const session::SessionView &view) { return std::string(to_text(view.state)); });
}

std::string SessionObject::Architecture() {
    return property([](const session::SessionView &view) {
        const plan::Arch arch = view.settings.arch;
        return arch == plan::Arch::none ? std::string() : std::string(plan::info(arch).debian);
    });
}

std::vector<std::string> SessionObject::ExtraArchitectures() {
    return property([](const session::SessionView &view) {
        std::vector<std::string> names;
        for (const plan::ArchInfo &entry : plan::arch_table())
            if (view.settings.extra_arches.contains(entry.arch))
                names.emplace_back(entry.debian);
        return names;
    });
}

std::string SessionObject::Cpu() {
    return property([](const session::SessionView &view) { return view.cpu; });
}

std::string SessionObject::Board() {
    return property([](const session::SessionView &view) { return view.board; });
}

std::string SessionObject::Acceleration() {
    return property([](const session::SessionView &view) { return view.acceleration; });
}

sdbus::Struct<bool, std::string> SessionObject::AccelerationOffer() {
    return property([](const session::SessionView &view) {
        const auto &offer = view.acceleration_offer;
        return sdbus::Struct<bool, std::string>{offer.has_value(), offer ? *offer : offer.error().message};
    });
}

std::vector<std::string> SessionObject::AccelerationOff() {
    return property([](const session::SessionView &view) { return plan::names_of(view.acceleration_off); });
}

SessionObject::WorkaroundRows SessionObject::Workarounds() {
    return property([](const session::SessionView &view) {
        WorkaroundRows rows;
        for (const auto &one : view.workarounds)
            rows.emplace_back(one.name, one.on, one.why, one.sets, one.advice);
        return rows;
    });
}

std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> SessionObject::Findings() {
    return property([](const session::SessionView &view) {
        std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> rows;
        for (const session::Finding &one : view.findings)
            rows.emplace_back(one.check, one.outcome, one.seen, one.remedy);
        return rows;
    });
}

std::vector<std::string> SessionObject::WorkaroundsOff() {
    return property([](const session::SessionView &view) { return view.settings.workarounds_off; });
}

std::vector<sdbus::Struct<std::string, std::string, bool>> SessionObject::Binds() {
    return property([](const session::SessionView &view) {
        std::vector<sdbus::Struct<std::string, std::string, bool>> rows;
        for (const plan::Bind &bind : view.settings.binds)
            if (bind.settled)
                rows.emplace_back(bind.source, bind.target, bind.writable);
        return rows;
    });
}

SessionObject::Numbers SessionObject::Limits() {
    return property([](const session::SessionView &view) { return plan::to_map(view.settings.limits); });
}

std::string SessionObject::Emulator() {
    return guarded([&] { return plan::printable(door_.ledger().emulator(name_).name, longest_text); });
}

bool SessionObject::EmulatorReplaced() {
    return guarded([&] { return door_.ledger().emulator(name_).replaced; });
}

std::string SessionObject::Kind() {
    return property(
        [](const session::SessionView &view) { return std::string(to_text(view.settings.kind)); });
}

// Texts that came from outside are made printable here too: one byte that is no UTF-8 and sd-bus refuses the
// message.
std::string SessionObject::Source() {
    return property(
        [](const session::SessionView &view) { return plan::printable(view.settings.source, longest_text); });
}

std::string SessionObject::OsName() {
    return property([](const session::SessionView &view) {
        return plan::printable(view.settings.os_name, longest_text);
    });
}

std::string SessionObject::Network() {
    return property(
        [](const session::SessionView &view) { return std::string(plan::to_text(view.network)); });
}

std::string SessionObject::BinfmtTable() {
    return property([](const session::SessionView &view) { return std::string(plan::to_text(view.table)); });
}

std::uint64_t SessionObject::Created() {
    return property([](const session::SessionView &view) { return view.settings.created; });
}

std::uint64_t SessionObject::Started() {
    return property([](const session::SessionView &view) { return view.started; });
}

std::vector<sdbus::ObjectPath> SessionObject::Jobs() {
    return property([](const session::SessionView &view) {
        std::vector<sdbus::ObjectPath> paths;
        for (const session::JobId job : view.jobs)
            paths.emplace_back(contract::job_path(std::to_string(job)));
        return paths;
    });
}

} // namespace frank::bus

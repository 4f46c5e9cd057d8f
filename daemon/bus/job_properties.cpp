// What a job shows of itself. Who may see it is visibility's matter.
#include "daemon/bus/job_object.hpp"
#include "daemon/plan/spawn_request.hpp"

namespace frank::bus {

namespace {

constexpr std::size_t longest_text = 4096;

} // namespace

PropertyMap JobObject::properties() {
    PropertyMap map = news();
    map.emplace("Id", sdbus::Variant{Id()});
    map.emplace("Kind", sdbus::Variant{Kind()});
    map.emplace("Session", sdbus::Variant{Session()});
    map.emplace("Owner", sdbus::Variant{Owner()});
    map.emplace("Description", sdbus::Variant{Description()});
    map.emplace("HasTerminal", sdbus::Variant{HasTerminal()});
    map.emplace("Started", sdbus::Variant{Started()});
    return map;
}

PropertyMap JobObject::news() {
    return {{"State", sdbus::Variant{State()}},       {"Status", sdbus::Variant{Status()}},
            {"Message", sdbus::Variant{Message()}},   {"HasLog", sdbus::Variant{HasLog()}},
            {"Ended", sdbus::Variant{Ended()}},       {"Progress", sdbus::Variant{Progress()}},
            {"Breakage", sdbus::Variant{Breakage()}}, {"Calls", sdbus::Variant{Calls()}}};
}

std::string JobObject::Id() { return std::to_string(id_); }

std::string JobObject::Kind() {
    return property([](const session::Job &job) { return std::string(to_text(job.kind)); });
}

std::string JobObject::Session() {
    return property([](const session::Job &job) { return job.session; });
}

std::uint32_t JobObject::Owner() {
    return property([](const session::Job &job) { return job.owner; });
}

std::string JobObject::State() {
    return property([](const session::Job &job) { return std::string(to_text(job.state)); });
}

std::int32_t JobObject::Status() {
    return property([](const session::Job &job) { return std::int32_t{job.status}; });
}

// Texts that came from outside are made printable here too: one byte that is no UTF-8 and sd-bus refuses the
// message.
std::string JobObject::Message() {
    return property([](const session::Job &job) {
        const bool failed = job.state == session::JobState::failed;
        return failed ? plan::printable(job.refusal.message, longest_text) : std::string();
    });
}

JobObject::BreakageValue JobObject::Breakage() {
    return property([](const session::Job &job) {
        return BreakageValue{job.breakage.name, plan::printable(job.breakage.line, longest_text)};
    });
}

std::string JobObject::Description() {
    return property([](const session::Job &job) { return plan::printable(job.description, longest_text); });
}

bool JobObject::HasTerminal() {
    return property([](const session::Job &job) { return job.has_terminal; });
}

bool JobObject::HasLog() {
    return property([](const session::Job &job) { return job.has_log; });
}

std::uint64_t JobObject::Started() {
    return property([](const session::Job &job) { return job.started; });
}

std::uint64_t JobObject::Ended() {
    return property([](const session::Job &job) { return job.ended; });
}

JobObject::CallsValue JobObject::Calls() {
    return guarded([&] {
        const session::Calls calls = door_.ledger().calls_of(id_);
        return CallsValue{calls.native, calls.emulated};
    });
}

JobObject::ProgressValue JobObject::Progress() {
    return property([](const session::Job &job) {
        const session::Progress &progress = job.progress;
        return ProgressValue{plan::printable(progress.what, longest_text), progress.done, progress.total,
                             plan::printable(progress.unit, longest_text)};
    });
}

} // namespace frank::bus

// The binfmt table of the stand-in for frankend.
#include "tests/support/fake_objects.hpp"

namespace frank::fake {

std::vector<FakeManager::Entry> FakeManager::entries() {
    return {
        Entry{
            "frank-aarch64", true, "/x/frank-exec-aarch64", "PF", "magic 7f mask ff", "sessions", {"arm64"}},
        Entry{"qemu-aarch64\x1b[1m", false, "/usr/bin/qemu", "POCF", "magic 7f mask ff", "", {}}};
}

/// Takes what begins with 0x7f.
std::vector<FakeManager::Entry> FakeManager::CheckBinfmt(const std::string &, const Bytes &head) {
    return !head.empty() && head.front() == 0x7f && head.size() <= 256 ? entries() : std::vector<Entry>();
}

void FakeManager::EnableBinfmt(sdbus::Result<> &&result, std::string arch, Options) {
    if (arch == "arm64")
        result.returnResults();
    else
        result.returnError(
            contract::make_error("org.frankend1.Error.NoEmulator", "there is no static qemu-" + arch));
}

void FakeManager::DisableBinfmt(sdbus::Result<> &&result, std::string, Options) { result.returnResults(); }

} // namespace frank::fake

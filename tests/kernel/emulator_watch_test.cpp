// News of emulators' files, by the real inotify, in a /usr/local of the test's own.
#include "daemon/plan/emulator_paths.hpp"
#include "daemon/session/emulator_watch.hpp"
#include "tests/support/namespace.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace frank::test {
namespace {

using std::chrono::milliseconds;

/// How often a watch is told of what `act` does there; -1: the world could not be made.
int news_of(const std::function<void(const std::string &)> &act) {
    const int told = run_as_mapped_root([&] {
        const std::string place = plan::own_emulators;
        if (::mount("test", "/usr/local", "tmpfs", 0, "mode=0755") != 0)
            return no_namespace;
        std::filesystem::create_directories(place);
        std::ofstream(place + "/qemu-old") << "old";
        sys::EventLoop loop([](const std::exception &) {});
        int count = 0;
        const session::EmulatorWatch watch(loop, [&count] { ++count; });
        act(place);
        const sys::EventSource end = loop.after(milliseconds(1500), [&loop] { loop.quit(0); });
        (void)loop.run();
        return count;
    });
    return told == no_namespace || told == body_threw ? -1 : told;
}

class EmulatorWatch : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
    }
};

TEST_F(EmulatorWatch, HearsOfAReplacementOnce) {
    EXPECT_EQ(news_of([](const std::string &place) { // as dpkg does it, for several at once
                  for (const char *name : {"/qemu-arm", "/qemu-aarch64"}) {
                      std::ofstream(place + name + ".dpkg-new") << "new";
                      (void)std::rename((place + name + ".dpkg-new").c_str(), (place + name).c_str());
                  }
              }),
              1);
}

TEST_F(EmulatorWatch, HearsOfARemoval) {
    EXPECT_EQ(news_of([](const std::string &place) { std::filesystem::remove(place + "/qemu-old"); }), 1);
}

TEST_F(EmulatorWatch, HearsOfNothingElse) {
    EXPECT_EQ(news_of([](const std::string &place) {
                  std::ofstream(place + "/README") << "text";
                  (void)std::ifstream(place + "/qemu-old").get();
              }),
              0);
}

} // namespace
} // namespace frank::test

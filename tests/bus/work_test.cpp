// The calls that work, and every refusal that a caller can bring about.
#include "bus/bus_world.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace frank::test {

namespace {

class Work : public BusTest {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (!IsSkipped())
            make_session(owner_uid, "pi");
    }
    std::string owner(const std::function<std::string(Caller &)> &work) { return as(owner_uid, work); }
};

std::string state_of(Caller &caller, const std::string &name) {
    return caller.properties(contract::session_path(name), contract::session_interface)
        .at("State")
        .get<std::string>();
}

TEST_F(Work, StartsAndStopsASession) {
    EXPECT_EQ(owner([](Caller &caller) {
                  std::string states = state_of(caller, "pi");
                  caller.start("pi");
                  states += " " + state_of(caller, "pi");
                  caller.start("pi");
                  caller.stop("pi");
                  caller.stop("pi");
                  return states + " " + state_of(caller, "pi");
              }),
              "stopped running stopped");
}

TEST_F(Work, RunsACommandWithTheCallersDescriptors) {
    EXPECT_EQ(owner([](Caller &caller) {
                  int ends[2] = {-1, -1};
                  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
                  const std::string job = caller.spawn("pi", {"echo", "hello", "bus"}, {{1, ends[1]}});
                  (void)::close(ends[1]);
                  char buffer[64] = {};
                  const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
                  const bool ended = ::read(ends[0], buffer + got, 1) == 0; // nobody kept a copy
                  const auto [result, status, message, error] = caller.wait(job);
                  return std::string(buffer, static_cast<std::size_t>(got)) + result +
                         std::to_string(status) + (ended ? " end" : " open");
              }),
              "hello bus\nexited0 end");
}

TEST_F(Work, TellsTheExitStatus) {
    EXPECT_EQ(owner([](Caller &caller) {
                  return std::to_string(std::get<1>(caller.wait(caller.spawn("pi", {"exit", "42"}))));
              }),
              "42");
}

TEST_F(Work, EntersOnATerminal) {
    EXPECT_EQ(owner([](Caller &caller) {
                  const auto [job, terminal] =
                      caller.enter("pi", {}, {{"rows", sdbus::Variant{std::uint32_t{50}}}});
                  caller.at(job)
                      ->callMethod("Resize")
                      .onInterface(contract::job_interface)
                      .withArguments(std::uint32_t{40}, std::uint32_t{100}, Variants{});
                  return std::string(::isatty(terminal.get()) == 1 ? "terminal" : "none");
              }),
              "terminal");
}

TEST_F(Work, OpensTheLogOfAJob) {
    EXPECT_EQ(owner([](Caller &caller) {
                  const std::string job =
                      caller.spawn("pi", {"echo", "logged"}, {}, {{"log", sdbus::Variant{true}}});
                  (void)caller.wait(job);
                  sdbus::UnixFd log;
                  caller.at(job)
                      ->callMethod("OpenLog")
                      .onInterface(contract::job_interface)
                      .withArguments(Variants{})
                      .storeResultsTo(log);
                  char buffer[64] = {};
                  const ssize_t got = ::read(log.get(), buffer, sizeof buffer);
                  return std::string(buffer, static_cast<std::size_t>(got));
              }),
              "logged\n");
}

TEST_F(Work, SignalsAJobAndTellsItsWaiters) {
    EXPECT_EQ(owner([](Caller &caller) {
                  const std::string job = caller.spawn("pi", {"sleep"});
                  caller.at(job)
                      ->callMethod("Signal")
                      .onInterface(contract::job_interface)
                      .withArguments(std::int32_t{10}, Variants{});
                  const auto [result, status, message, error] = caller.wait(job);
                  return result + std::to_string(status);
              }),
              "killed10");
}

TEST_F(Work, CancelsAJob) {
    EXPECT_EQ(owner([](Caller &caller) {
                  const std::string job = caller.spawn("pi", {"sleep"});
                  caller.at(job)
                      ->callMethod("Cancel")
                      .onInterface(contract::job_interface)
                      .withArguments(Variants{});
                  const auto [result, status, message, error] = caller.wait(job);
                  return result + std::to_string(status);
              }),
              "killed15");
}

TEST_F(Work, DestroysASession) {
    EXPECT_EQ(owner([](Caller &caller) {
                  const bool ended = caller.succeeded(caller.destroy("pi"));
                  return (ended ? "gone " : "there ") + error_of([&] { caller.start("pi"); });
              }),
              "gone NoSuchSession");
}

TEST_F(Work, DiagnosesTheBusAndPolkit) {
    const auto seen = [this](const std::string &mode) {
        polkit_->mode(mode);
        return as(nobody_uid, [](Caller &caller) {
            std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> findings;
            caller.at(contract::manager_path)
                ->callMethod("Diagnose")
                .onInterface(contract::manager_interface)
                .storeResultsTo(findings);
            std::string lines;
            for (const auto &finding : findings)
                if (std::get<0>(finding).starts_with("bus") || std::get<0>(finding) == "polkit")
                    lines += std::get<0>(finding) + ": " + std::get<1>(finding) + ": " +
                             std::get<2>(finding) + "\n";
            return lines;
        });
    };
    // Nothing can be started on this bus.
    const std::string bus =
        "bus: warning: nothing starts frankend when it is called\nbus policy: ok: in force\n";
    EXPECT_EQ(seen("yes"), bus + "polkit: ok: answers, and knows what frankend asks it\n");
    EXPECT_EQ(seen("ignorant"),
              bus + "polkit: failure: does not know org.frankend1.job-run: only root may do these\n");
    EXPECT_EQ(seen("error"),
              bus + "polkit: failure: gives no answer (as told): only root may do anything but look\n");
    EXPECT_NE(seen("dead").find("polkit: failure: gives no answer ("), std::string::npos);
}

TEST_F(Work, AnswersDiagnoseAndDescribePlanToAnybody) {
    polkit_->mode("no");
    EXPECT_EQ(as(nobody_uid,
                 [](Caller &caller) {
                     std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> findings;
                     caller.at(contract::manager_path)
                         ->callMethod("Diagnose")
                         .onInterface(contract::manager_interface)
                         .storeResultsTo(findings);
                     std::vector<std::string> steps;
                     caller.at(contract::manager_path)
                         ->callMethod("DescribePlan")
                         .onInterface(contract::manager_interface)
                         .withArguments(std::string("pi"),
                                        Variants{{"kind", sdbus::Variant{std::string("debian")}},
                                                 {"arch", sdbus::Variant{std::string("arm64")}}})
                         .storeResultsTo(steps);
                     return std::get<0>(findings.at(0)) + (steps.size() > 5 ? " many steps" : " few steps");
                 }),
              "kernel many steps");
}

TEST_F(Work, RefusesByName) {
    EXPECT_EQ(owner([](Caller &caller) { return error_of([&] { caller.start("nowhere"); }); }),
              "NoSuchSession");
    EXPECT_EQ(
        owner([](Caller &caller) { return error_of([&] { (void)caller.wait(contract::job_path("999")); }); }),
        "NoSuchJob");
    EXPECT_EQ(
        owner([](Caller &caller) { return error_of([&] { (void)caller.wait(contract::job_path("x1")); }); }),
        "NoSuchJob");
    EXPECT_EQ(owner([](Caller &caller) { return error_of([&] { (void)caller.spawn("pi", {"missing"}); }); }),
              "CommandNotFound");
    const std::string path = directory_of(owner_uid);
    EXPECT_EQ(owner([&](Caller &caller) {
                  return error_of(
                      [&] { (void)caller.create("pi", ::open(path.c_str(), O_RDONLY | O_CLOEXEC)); });
              }),
              "AlreadyExists");
    EXPECT_EQ(owner([](Caller &caller) {
                  (void)caller.spawn("pi", {"sleep"});
                  return error_of([&] { (void)caller.destroy("pi"); });
              }),
              "Busy");
    EXPECT_EQ(owner([](Caller &caller) {
                  const std::string job = caller.spawn("pi", {"true"});
                  (void)caller.wait(job);
                  return error_of([&] {
                      sdbus::UnixFd log;
                      caller.at(job)
                          ->callMethod("OpenLog")
                          .onInterface(contract::job_interface)
                          .withArguments(Variants{})
                          .storeResultsTo(log);
                  });
              }),
              "InvalidState");
}

} // namespace

} // namespace frank::test

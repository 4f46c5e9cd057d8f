// A ledger with the root "rpi3", and what tests of layers ask of it.
#pragma once

#include "support/ledger_fixture.hpp"

#include <optional>

namespace frank::test {

class LayerTest : public LedgerTest {
  protected:
    void SetUp() override {
        patience.launch = std::chrono::milliseconds(500);
        patience.shutdown = patience.kill = patience.retry = std::chrono::milliseconds(40);
        restart();
        ASSERT_EQ(create("rpi3").state, session::JobState::exited);
    }
    template <class Call> plan::Result<void> answer(Call call) {
        std::optional<plan::Result<void>> result;
        call([&result](const plan::Result<void> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "it is not answered";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    plan::Result<void> snapshot(const std::string &name, const std::string &tag) {
        return answer([&](auto done) { ledger->snapshot(name, tag, done); });
    }
    plan::Result<void> rollback(const std::string &name, const std::string &tag) {
        return answer([&](auto done) { ledger->rollback(name, tag, done); });
    }
    plan::Result<void> clone(const std::string &name, const std::string &to, std::uint32_t owner = user) {
        return answer([&](auto done) { ledger->clone(name, *plan::SessionName::parse(to), owner, done); });
    }
    plan::Result<void> commit(const std::string &name, const std::string &to) {
        return answer([&](auto done) { ledger->commit(name, *plan::SessionName::parse(to), done); });
    }
    static plan::SpawnRequest passing(std::vector<std::string> argv) {
        plan::SpawnRequest request = command(std::move(argv));
        request.throw_away = true;
        return request;
    }
    /// Runs, so that its tree is not untouched any more.
    void use(const std::string &name) {
        ASSERT_TRUE(start(name));
        ASSERT_TRUE(stop(name));
    }
    plan::SessionSettings of(const std::string &name) { return ledger->view(name)->settings; }
    bool settled() {
        return until([&] { return ledger->idle(); }) &&
               until([&] { return machine.trees.size() == known(); });
    }
    /// Trees that somebody refers to.
    std::size_t known() { return ledger->session_names().size() + files_in(state() + "/layers").size(); }
    std::string thrown_away() {
        for (const std::string &name : ledger->session_names())
            if (name.find('@') != std::string::npos)
                return name;
        return "";
    }
};

} // namespace frank::test

// Who may do what: every method, every kind of caller, every answer of polkit.
#include "bus/bus_world.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace frank::test {

namespace {

using Call = std::function<void(Caller &)>;

/// What is needed on one's own thing, and on somebody else's. Written here a second time on purpose.
struct Expected {
    const char *method;
    const char *own;
    const char *others;
    Call call;
};

void on_job(Caller &caller, const std::string &job, const char *method) {
    auto proxy = caller.at(job);
    const std::string name = method;
    if (name == "Signal")
        proxy->callMethod(name)
            .onInterface(contract::job_interface)
            .withArguments(std::int32_t{10}, Variants{});
    else if (name == "Resize")
        proxy->callMethod(name)
            .onInterface(contract::job_interface)
            .withArguments(std::uint32_t{24}, std::uint32_t{80}, Variants{});
    else
        proxy->callMethod(name).onInterface(contract::job_interface).withArguments(Variants{});
}

class Matrix : public BusTest, public testing::WithParamInterface<std::tuple<const char *, uid_t>> {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (IsSkipped())
            return;
        make_session(owner_uid, "pi");
        // It runs and has a running job, so that Destroy is refused with Busy where it is allowed.
        (void)as(owner_uid, [](Caller &caller) { return caller.spawn("pi", {"sleep"}); });
        job_ = as(owner_uid, [](Caller &caller) {
            const std::string job = caller.spawn("pi", {"true"});
            return caller.succeeded(job) ? job : "";
        });
        ASSERT_NE(job_, "");
        for (const uid_t uid : {owner_uid, other_uid, nobody_uid, uid_t{0}})
            own_directory_[uid] = directory_of(uid);
    }

    std::vector<Expected> table() {
        const auto create = [this](const char *method) {
            return [this, method](Caller &caller) {
                const bool archive = std::string(method) == "CreateFromArchive";
                const std::string path = archive ? "/etc/passwd" : own_directory_[::getuid()];
                caller.at(contract::manager_path)
                    ->callMethod(method)
                    .onInterface(contract::manager_interface)
                    .withArguments("n" + std::to_string(::getpid()),
                                   sdbus::UnixFd{::open(path.c_str(), O_RDONLY)}, Variants{});
            };
        };
        const auto job = [this](const char *method) {
            return [this, method](Caller &caller) { on_job(caller, job_, method); };
        };
        const auto binfmt = [](const char *method) {
            return [method](Caller &caller) {
                caller.at(contract::manager_path)
                    ->callMethod(method)
                    .onInterface(contract::manager_interface)
                    .withArguments(std::string("arm64"), Variants{});
            };
        };
        const auto of_text = [](const char *method) {
            return [method](Caller &caller) {
                caller.at(contract::session_path("pi"))
                    ->callMethod(method)
                    .onInterface(contract::session_interface)
                    .withArguments(std::string("new"), Variants{});
            };
        };
        const auto of_pi = [](const char *method) {
            return [method](Caller &caller) {
                caller.at(contract::session_path("pi"))
                    ->callMethod(method)
                    .onInterface(contract::session_interface)
                    .withArguments(Variants{});
            };
        };
        return {
            {"CreateFromDirectory", "session-create", "", create("CreateFromDirectory")},
            {"CreateFromArchive", "instance-import", "", create("CreateFromArchive")},
            {"CreateFromDebian", "instance-import", "",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("CreateFromDebian")
                     .onInterface(contract::manager_interface)
                     .withArguments("d" + std::to_string(::getpid()), std::string("bookworm"),
                                    Variants{{"arch", sdbus::Variant{std::string("arm64")}}});
             }},
            {"DescribePlan", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("DescribePlan")
                     .onInterface(contract::manager_interface)
                     .withArguments(std::string("x"), Variants{});
             }},
            {"Diagnose", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("Diagnose")
                     .onInterface(contract::manager_interface);
             }},
            {"ListBoards", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("ListBoards")
                     .onInterface(contract::manager_interface);
             }},
            {"ListBinfmt", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("ListBinfmt")
                     .onInterface(contract::manager_interface);
             }},
            {"CheckBinfmt", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("CheckBinfmt")
                     .onInterface(contract::manager_interface)
                     .withArguments(std::string("x"), Bytes{});
             }},
            {"EnableBinfmt", "host-binfmt", "", binfmt("EnableBinfmt")},
            {"DisableBinfmt", "host-binfmt", "", binfmt("DisableBinfmt")},
            {"ListEmulators", "PUBLIC", "PUBLIC",
             [](Caller &caller) {
                 caller.at(contract::manager_path)
                     ->callMethod("ListEmulators")
                     .onInterface(contract::manager_interface);
             }},
            {"Start", "session-create", "manage-others", [](Caller &caller) { caller.start("pi"); }},
            {"Destroy", "instance-remove", "manage-others",
             [](Caller &caller) { (void)caller.destroy("pi"); }},
            {"Spawn", "job-run", "manage-others", [](Caller &caller) { (void)caller.spawn("pi", {"true"}); }},
            {"Enter", "session-enter", "manage-others",
             [](Caller &caller) { (void)caller.enter("pi", {"true"}); }},
            {"Accelerate", "instance-import", "manage-others", of_pi("Accelerate")},
            {"Emulate", "session-create", "manage-others", of_pi("Emulate")},
            {"SwitchWorkaround", "session-create", "manage-others",
             [](Caller &caller) {
                 caller.at(contract::session_path("pi"))
                     ->callMethod("SwitchWorkaround")
                     .onInterface(contract::session_interface)
                     .withArguments(std::string("go"), false, Variants{});
             }},
            {"Bind", "bind-directory", "manage-others",
             [this](Caller &caller) {
                 const std::string path = own_directory_[::getuid()];
                 caller.at(contract::session_path("pi"))
                     ->callMethod("Bind")
                     .onInterface(contract::session_interface)
                     .withArguments(sdbus::UnixFd{::open(path.c_str(), O_RDONLY)},
                                    bytes("/b" + std::to_string(::getpid())), Variants{});
             }},
            {"Unbind", "session-create", "manage-others",
             [](Caller &caller) {
                 caller.at(contract::session_path("pi"))
                     ->callMethod("Unbind")
                     .onInterface(contract::session_interface)
                     .withArguments(bytes("/nothing"), Variants{});
             }},
            {"SetLimits", "set-limits", "manage-others",
             [](Caller &caller) {
                 caller.at(contract::session_path("pi"))
                     ->callMethod("SetLimits")
                     .onInterface(contract::session_interface)
                     .withArguments(std::map<std::string, std::uint64_t>{{"tasks", 100}}, Variants{});
             }},
            {"MeasureUse", "OWNER", "manage-others",
             [](Caller &caller) {
                 caller.at(contract::session_path("pi"))
                     ->callMethod("MeasureUse")
                     .onInterface(contract::session_interface);
             }},
            // None of these is done: the session runs by now, and there is no snapshot.
            {"Snapshot", "session-create", "manage-others", of_text("Snapshot")},
            {"Rollback", "instance-remove", "manage-others", of_text("Rollback")},
            {"RemoveSnapshot", "instance-remove", "manage-others", of_text("RemoveSnapshot")},
            {"Clone", "session-create", "manage-others", of_text("Clone")},
            {"Commit", "session-create", "manage-others", of_text("Commit")},
            {"ListTwins", "OWNER", "manage-others",
             [](Caller &caller) {
                 caller.at(contract::session_path("pi"))
                     ->callMethod("ListTwins")
                     .onInterface(contract::session_interface);
             }},
            {"Wait", "OWNER", "manage-others", [this](Caller &caller) { (void)caller.wait(job_); }},
            {"Signal", "OWNER", "manage-others", job("Signal")},
            {"Resize", "OWNER", "manage-others", job("Resize")},
            {"OpenLog", "OWNER", "manage-others", job("OpenLog")},
            {"Cancel", "OWNER", "manage-others", job("Cancel")},
            // Last: those before it need a running session.
            {"Stop", "session-create", "manage-others", [](Caller &caller) { caller.stop("pi"); }},
        };
    }

    std::string job_;
    std::map<uid_t, std::string> own_directory_;
};

std::string name_of(const testing::TestParamInfo<std::tuple<const char *, uid_t>> &info) {
    static const std::map<uid_t, std::string> names{
        {0, "root"}, {owner_uid, "owner"}, {other_uid, "other"}, {nobody_uid, "nobody"}};
    return std::string("polkit_") + std::get<0>(info.param) + "_caller_" + names.at(std::get<1>(info.param));
}

TEST_P(Matrix, EveryMethodAnswersAsTheTableSays) {
    const auto [mode, uid] = GetParam();
    polkit_->mode(mode);
    for (const Expected &row : table()) {
        // What has no owner yet is the caller's own.
        std::string needed = uid == owner_uid || *row.others == '\0' ? row.own : row.others;
        // fstat(2) says "nobody" of everybody whom a user namespace does not know, so nobody owns nothing.
        if (uid == nobody_uid && std::string(row.method) == "CreateFromDirectory")
            needed = "adopt-path";
        const bool free = needed == "PUBLIC" || needed == "OWNER" || uid == 0;
        const std::uint32_t asked_before = polkit_->asked();
        const std::string error =
            as(uid, [&](Caller &caller) { return error_of([&] { row.call(caller); }); });

        EXPECT_EQ(error != "NotAuthorized", free || std::string(mode) == "yes")
            << row.method << ": " << error;
        EXPECT_FALSE(error.starts_with("org.") || error.starts_with("System."))
            << row.method << ": " << error;
        const bool reachable = std::string(mode) != "dead";
        EXPECT_EQ(polkit_->asked() - asked_before, free || !reachable ? 0U : 1U) << row.method;
        if (!free && reachable) {
            const Asked asked = polkit_->last();
            EXPECT_EQ(asked.action, "org.frankend1." + needed) << row.method;
            EXPECT_EQ(asked.subject_kind, "system-bus-name");
            EXPECT_TRUE(asked.subject_name.starts_with("name=:1.")) << asked.subject_name;
            EXPECT_EQ(asked.flags, 0U);
        }
    }
    EXPECT_TRUE(server_lives());
}

INSTANTIATE_TEST_SUITE_P(Bus, Matrix,
                         testing::Combine(testing::Values("yes", "no", "challenge", "dead", "error",
                                                          "garbage"),
                                          testing::Values(nobody_uid, owner_uid, other_uid, uid_t{0})),
                         name_of);

} // namespace

} // namespace frank::test

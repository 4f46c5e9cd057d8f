// What a caller can see: its own objects, and root everybody's; in lists, in properties, in signals, in
// introspection.
#include "bus/bus_world.hpp"

#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace frank::test {

namespace {

class Sight : public BusTest {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (IsSkipped())
            return;
        make_session(owner_uid, "own-pi");
        make_session(other_uid, "other-pi");
    }
};

std::string sessions_of(Caller &caller) {
    std::string names;
    for (const auto &[path, interfaces] : caller.objects())
        if (interfaces.contains(contract::session_interface))
            names += interfaces.at(contract::session_interface).at("Name").get<std::string>() + " ";
    return names;
}

std::string introspect(Caller &caller, const std::string &path) {
    std::string xml;
    caller.at(path)
        ->callMethod("Introspect")
        .onInterface("org.freedesktop.DBus.Introspectable")
        .storeResultsTo(xml);
    return xml;
}

TEST_F(Sight, TheListHoldsOnesOwnAndForRootAll) {
    EXPECT_EQ(as(owner_uid, sessions_of), "own-pi ");
    EXPECT_EQ(as(other_uid, sessions_of), "other-pi ");
    EXPECT_EQ(as(nobody_uid, sessions_of), "");
    EXPECT_EQ(as(0, sessions_of), "other-pi own-pi ");
}

TEST_F(Sight, JobsAreTheirOwnersToo) {
    const auto jobs = [](Caller &caller) {
        std::size_t count = 0;
        for (const auto &[path, interfaces] : caller.objects())
            count += interfaces.contains(contract::job_interface) ? 1U : 0U;
        return std::to_string(count);
    };
    EXPECT_EQ(as(owner_uid, jobs), "1") << "the creation";
    EXPECT_EQ(as(nobody_uid, jobs), "0");
    EXPECT_EQ(as(0, jobs), "2");
}

TEST_F(Sight, TheListAndGetAllSayTheSame) {
    EXPECT_EQ(as(owner_uid,
                 [](Caller &caller) {
                     std::string differences;
                     for (const auto &[path, interfaces] : caller.objects())
                         for (const auto &[interface, listed] : interfaces) {
                             std::set<std::string> in_list, in_all;
                             for (const auto &[key, value] : listed)
                                 in_list.insert(key + value.peekValueType());
                             for (const auto &[key, value] : caller.properties(path, interface))
                                 in_all.insert(key + value.peekValueType());
                             if (in_list != in_all || in_list.size() < 12)
                                 differences += path + " ";
                         }
                     return differences;
                 }),
              "");
}

TEST_F(Sight, PropertiesOfOthersAreNotShown) {
    for (const uid_t uid : {other_uid, nobody_uid}) {
        EXPECT_EQ(as(uid,
                     [](Caller &caller) {
                         return error_of([&] {
                             (void)caller.properties(contract::session_path("own-pi"),
                                                     contract::session_interface);
                         });
                     }),
                  "NotAuthorized");
        EXPECT_EQ(as(uid,
                     [](Caller &caller) {
                         return error_of([&] {
                             (void)caller.at(contract::session_path("own-pi"))
                                 ->getProperty("Source")
                                 .onInterface(contract::session_interface);
                         });
                     }),
                  "NotAuthorized");
        EXPECT_EQ(as(uid,
                     [](Caller &caller) {
                         return error_of([&] { (void)introspect(caller, contract::session_path("own-pi")); });
                     }),
                  "NotAuthorized");
    }
    EXPECT_EQ(as(0,
                 [](Caller &caller) {
                     return caller.properties(contract::session_path("own-pi"), contract::session_interface)
                         .at("Name")
                         .get<std::string>();
                 }),
              "own-pi");
}

TEST_F(Sight, IntrospectionListsNoNamesOfOthers) {
    const auto listed = [](Caller &caller) { return introspect(caller, "/org/frankend1/session"); };
    EXPECT_NE(as(owner_uid, listed).find("own_2dpi"), std::string::npos);
    EXPECT_EQ(as(owner_uid, listed).find("other_2dpi"), std::string::npos);
    EXPECT_EQ(as(nobody_uid, listed).find("pi"), std::string::npos);
    EXPECT_NE(as(nobody_uid, [](Caller &caller) { return introspect(caller, contract::manager_path); })
                  .find("CreateFromDirectory"),
              std::string::npos);
    for (const char *path : {"/", "/org", "/org/frankend1"})
        EXPECT_EQ(as(nobody_uid, [path](Caller &caller) { return introspect(caller, path); }).find("pi\""),
                  std::string::npos)
            << path;
}

int note(sd_bus_message *message, void *heard, sd_bus_error *) {
    if (std::string_view(sd_bus_message_get_path(message)).starts_with("/org/frankend1"))
        static_cast<std::string *>(heard)->append(sd_bus_message_get_member(message)).append(" ");
    return 0;
}

/// Joins the audience, waits for the test's word, and tells what it heard from frankend until then.
std::string listen(Caller &caller, bool join, int ready, int go) {
    std::string heard;
    const contract::Underneath under(caller.connection());
    EXPECT_GE(sd_bus_add_match(under.bus, nullptr, "type='signal'", note, &heard), 0);
    if (join)
        (void)caller.objects();
    char byte = 'r';
    (void)!::write(ready, &byte, 1);
    (void)!::read(go, &byte, 1);
    (void)caller.properties(contract::manager_path,
                            contract::manager_interface); // what was sent before is here now
    while (contract::process_pending(caller.connection())) {
    }
    return heard;
}

TEST_F(Sight, SignalsGoToTheOwnersAudienceAndRootsAlone) {
    int ready[2] = {-1, -1}, go[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(go, O_CLOEXEC), 0);
    const auto listener = [&](uid_t uid, bool join) {
        return begin_as(uid, [&, join](Caller &caller) { return listen(caller, join, ready[1], go[0]); });
    };
    const Background owner = listener(owner_uid, true), silent_owner = listener(owner_uid, false),
                     root = listener(0, true), other = listener(other_uid, true),
                     nobody = listener(nobody_uid, true);
    char bytes_read[5];
    for (char &byte : bytes_read)
        ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    EXPECT_EQ(as(owner_uid,
                 [](Caller &caller) {
                     const bool ran = caller.succeeded(caller.spawn("own-pi", {"true"}));
                     caller.stop("own-pi");
                     return std::string(ran && caller.succeeded(caller.destroy("own-pi")) ? "done"
                                                                                          : "failed");
                 }),
              "done");
    ASSERT_EQ(::write(go[1], "12345", 5), 5);
    for (const Background &listening : {owner, root}) {
        const std::string heard = wait_for(listening);
        for (const char *signal : {"InterfacesAdded", "PropertiesChanged", "InterfacesRemoved"})
            EXPECT_NE(heard.find(signal), std::string::npos) << signal << " in " << heard;
    }
    EXPECT_EQ(wait_for(silent_owner), "") << "did not ask";
    EXPECT_EQ(wait_for(other), "");
    EXPECT_EQ(wait_for(nobody), "");
}

TEST_F(Sight, ASessionThatComesAndGoesIsListedOnlyWhileItIsThere) {
    const std::string path = directory_of(owner_uid);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(as(owner_uid,
                     [&](Caller &caller) {
                         const int directory = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
                         (void)caller.wait(caller.create("brief", directory));
                         const std::string during = sessions_of(caller);
                         (void)caller.wait(caller.destroy("brief"));
                         return during + "/ " + sessions_of(caller);
                     }),
                  "brief own-pi / own-pi ");
}

TEST_F(Sight, AnAudienceHasItsLimit) {
    EXPECT_EQ(as(owner_uid,
                 [](Caller &) {
                     std::vector<std::unique_ptr<Caller>> watchers;
                     for (int i = 0; i < 64; ++i) {
                         watchers.push_back(std::make_unique<Caller>());
                         (void)watchers.back()->objects();
                     }
                     (void)watchers.front()->objects(); // once more is not one more
                     Caller one_more;
                     const std::string refused = error_of([&] { (void)one_more.objects(); });
                     watchers.pop_back();
                     for (int i = 0; i < 100 && !error_of([&] { (void)one_more.objects(); }).empty(); ++i)
                         (void)::usleep(10'000);
                     return refused + error_of([&] { (void)one_more.objects(); });
                 }),
              "LimitExceeded");
}

} // namespace

} // namespace frank::test

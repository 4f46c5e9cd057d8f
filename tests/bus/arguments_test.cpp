// Malformed calls: each is refused with the error that says so, and nothing happens.
#include "bus/bus_world.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

namespace frank::test {

namespace {

class Arguments : public BusTest {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (!IsSkipped())
            make_session(owner_uid, "pi");
    }
    std::string refused(const std::function<void(Caller &)> &work) {
        return as(owner_uid, [&](Caller &caller) { return error_of([&] { work(caller); }); });
    }
    std::string message_of(const std::function<void(Caller &)> &work) {
        return as(owner_uid, [&](Caller &caller) {
            try {
                work(caller);
                return std::string("it worked");
            } catch (const sdbus::Error &error) {
                return std::string(error.getMessage());
            }
        });
    }
    std::string archive(int fd) {
        return refused([fd](Caller &caller) {
            caller.at(contract::manager_path)
                ->callMethod("CreateFromArchive")
                .onInterface(contract::manager_interface)
                .withArguments(std::string("new"), sdbus::UnixFd{fd}, Variants{});
        });
    }
};

const Variants wrong_type{{"interactive", sdbus::Variant{std::string("yes")}}};
const Variants unknown_key{{"intractive", sdbus::Variant{true}}};

TEST_F(Arguments, NamesThatAreNoNamesAreRefused) {
    const std::string path = directory_of(owner_uid);
    for (const std::string &name : std::vector<std::string>{"",
                                                            ".",
                                                            "..",
                                                            "../x",
                                                            "a/b",
                                                            "/",
                                                            "A",
                                                            "1a",
                                                            "-a",
                                                            "a b",
                                                            "a\n",
                                                            "a\x1b[31m",
                                                            std::string("a\tb"),
                                                            "ä",
                                                            "a_b",
                                                            "a.b",
                                                            "a%s",
                                                            "a;reboot",
                                                            std::string(33, 'a'),
                                                            std::string(100'000, 'a')})
        EXPECT_EQ(refused([&](Caller &caller) { (void)caller.create(name, ::open(path.c_str(), O_RDONLY)); }),
                  "InvalidArgument")
            << name.substr(0, 40);
}

TEST_F(Arguments, OptionsAreCheckedByNameAndType) {
    EXPECT_EQ(refused([](Caller &caller) { caller.start("pi", unknown_key); }), "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) { caller.start("pi", wrong_type); }), "InvalidArgument");
    EXPECT_EQ(message_of([](Caller &caller) { caller.start("pi", unknown_key); }),
              "unknown option \"intractive\"; known here: interactive");
    EXPECT_EQ(message_of([](Caller &caller) { caller.start("pi", wrong_type); }),
              "the option \"interactive\" must be a boolean (b)");
    EXPECT_EQ(message_of([](Caller &caller) {
                  caller.start("pi", {{"a\x1b[2Jb", sdbus::Variant{true}}});
              }),
              "unknown option \"a\\x1b[2Jb\"; known here: interactive");
    const std::string path = directory_of(owner_uid);
    const auto create = [&](const char *key, const std::string &value) {
        return refused([&](Caller &caller) {
            (void)caller.create("new", ::open(path.c_str(), O_RDONLY), {{key, sdbus::Variant{value}}});
        });
    };
    EXPECT_EQ(create("arch", "vax"), "UnsupportedArchitecture");
    EXPECT_EQ(create("arch", ":\n:"), "UnsupportedArchitecture");
    EXPECT_EQ(create("cpu", "a b;c"), "InvalidArgument");
    EXPECT_EQ(create("interpreter", "/tmp/x"), "InvalidArgument");
    EXPECT_EQ(create("source", std::string(5000, 'x')), "LimitExceeded");
    EXPECT_EQ(refused([](Caller &caller) {
                  (void)caller.spawn("pi", {"true"}, {}, {{"user", sdbus::Variant{std::string("../root")}}});
              }),
              "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) {
                  (void)caller.spawn("pi", {"true"}, {}, {{"tty", sdbus::Variant{true}}});
              }),
              "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) {
                  caller.at(contract::manager_path)
                      ->callMethod("CreateFromDebian")
                      .onInterface(contract::manager_interface)
                      .withArguments(std::string("new"), std::string("../sid"),
                                     Variants{{"arch", sdbus::Variant{std::string("arm64")}}});
              }),
              "InvalidArgument");
}

TEST_F(Arguments, WhoLooksOnIsOfTheRightKind) {
    const auto with = [](const char *key, int fd) {
        return Variants{{key, sdbus::Variant{sdbus::UnixFd{fd, sdbus::adopt_fd}}}};
    };
    const auto refused_with = [&](const std::function<Variants()> &options) {
        return refused([&](Caller &caller) { (void)caller.spawn("pi", {"true"}, {}, options()); });
    };
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto pipe = [&](int end) { return ::dup(ends[end]); };
    for (const char *key : {"trace", "debugger"}) {
        EXPECT_EQ(refused_with([&] { return with(key, ::open("/etc/passwd", O_RDONLY)); }),
                  "InvalidArgument");
        EXPECT_EQ(refused_with([&] { return with(key, ::open("/", O_PATH)); }), "InvalidArgument");
        EXPECT_EQ(refused_with([&] { return with(key, pipe(0)); }), "InvalidArgument");
        EXPECT_EQ(refused_with([&] {
                      return Variants{{key, sdbus::Variant{std::string("/tmp/x")}}};
                  }),
                  "InvalidArgument");
    }
    EXPECT_EQ(refused_with([&] { return with("debugger", pipe(1)); }), "InvalidArgument");
    EXPECT_EQ(refused_with([&] {
                  Variants both = with("trace", pipe(1));
                  both.merge(with("debugger", ::socket(AF_UNIX, SOCK_STREAM, 0)));
                  return both;
              }),
              "InvalidArgument");
    EXPECT_EQ(refused_with([&] {
                  Variants logged = with("trace", pipe(1));
                  logged["log"] = sdbus::Variant{true};
                  return logged;
              }),
              "InvalidArgument");
    (void)::close(ends[0]);
    (void)::close(ends[1]);
}

TEST_F(Arguments, CommandsAreChecked) {
    EXPECT_EQ(refused([](Caller &caller) { (void)caller.spawn("pi", {}); }), "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) { (void)caller.spawn("pi", {""}); }), "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) { (void)caller.spawn("pi", {std::string("a\0b", 3)}); }),
              "InvalidArgument");
    EXPECT_EQ(refused([](Caller &caller) {
                  (void)caller.spawn("pi", {"true", std::string(70'000, 'x')});
              }),
              "LimitExceeded");
    EXPECT_EQ(refused([](Caller &caller) {
                  (void)caller.spawn("pi", {"true", std::string(1 << 20, 'x')});
              }),
              "LimitExceeded");
    EXPECT_EQ(
        refused([](Caller &caller) { (void)caller.spawn("pi", std::vector<std::string>(1 << 20, "")); }),
        "LimitExceeded");
    EXPECT_EQ(refused([](Caller &caller) {
                  (void)caller.spawn("pi", {"true", std::string(64'000, 'x')});
              }),
              "");
}

TEST_F(Arguments, ARootMustBeADirectoryThatTheCallerMayRead) {
    const auto create = [this](int fd, const std::string &name = "new") {
        return refused([&](Caller &caller) { (void)caller.create(name, fd); });
    };
    const std::string path = directory_of(owner_uid);
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    EXPECT_EQ(create(ends[0]), "InvalidArgument");
    EXPECT_EQ(create(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(create(::open("/dev/zero", O_RDONLY | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(create(::open("/root", O_PATH | O_CLOEXEC)), "InvalidArgument") << "O_PATH proves nothing";
    EXPECT_EQ(create(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), "");
    EXPECT_EQ(create(::open(path.c_str(), O_PATH | O_CLOEXEC), "newer"), "") << "one's own";
}

TEST_F(Arguments, AnArchiveMustBeReadable) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const std::string path = directory_of(owner_uid);
    EXPECT_EQ(archive(ends[1]), "InvalidArgument") << "the end that is written to";
    EXPECT_EQ(archive(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(archive(::open("/dev/zero", O_RDONLY | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(archive(::open("/etc/passwd", O_PATH | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(archive(ends[0]), "");
}

TEST_F(Arguments, ACommandGetsNoTerminalDirectoryOrPath) {
    const auto spawn = [this](int fd) {
        return refused([fd](Caller &caller) { (void)caller.spawn("pi", {"true"}, {{0, fd}}); });
    };
    int master = -1, slave = -1;
    ASSERT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    EXPECT_EQ(spawn(slave), "InvalidArgument");
    EXPECT_EQ(spawn(master), "InvalidArgument");
    EXPECT_EQ(spawn(::open("/", O_RDONLY | O_CLOEXEC)), "InvalidArgument");
    EXPECT_EQ(spawn(::open("/etc/passwd", O_PATH | O_CLOEXEC)), "InvalidArgument");
    int sockets[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    EXPECT_EQ(spawn(sockets[0]), "");
    EXPECT_EQ(spawn(::open("/dev/null", O_RDONLY | O_CLOEXEC)), "");
    (void)::close(master);
    (void)::close(slave);
}

TEST_F(Arguments, DescriptorNumbersAreChecked) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    std::map<std::uint32_t, int> many;
    for (std::uint32_t i = 0; i < 13; ++i) // dbus-daemon itself lets 16 through
        many[i] = null;
    EXPECT_EQ(refused([&](Caller &caller) { (void)caller.spawn("pi", {"true"}, many); }), "");
    EXPECT_EQ(refused([&](Caller &caller) {
                  (void)caller.spawn("pi", {"true"}, {{1'000'000, null}});
              }),
              "InvalidArgument");
    EXPECT_EQ(refused([&](Caller &caller) {
                  (void)caller.spawn("pi", {"true"}, {{UINT32_MAX, null}});
              }),
              "InvalidArgument");
    (void)::close(null);
}

TEST_F(Arguments, SignalsAndSizesAreChecked) {
    EXPECT_EQ(
        as(owner_uid,
           [](Caller &caller) {
               const std::string job = caller.spawn("pi", {"sleep"});
               std::string errors;
               for (const std::int32_t number : {0, -9, 65, 1 << 30})
                   errors += error_of([&] {
                                 caller.at(job)
                                     ->callMethod("Signal")
                                     .onInterface(contract::job_interface)
                                     .withArguments(number, Variants{});
                             }) +
                             " ";
               for (const std::uint32_t rows : {0U, 65536U})
                   errors += error_of([&] {
                                 caller.at(job)
                                     ->callMethod("Resize")
                                     .onInterface(contract::job_interface)
                                     .withArguments(rows, std::uint32_t{80}, Variants{});
                             }) +
                             " ";
               return errors + error_of([&] {
                          caller.at(job)
                              ->callMethod("Resize")
                              .onInterface(contract::job_interface)
                              .withArguments(std::uint32_t{24}, std::uint32_t{80}, Variants{});
                      });
           }),
        "InvalidArgument InvalidArgument InvalidArgument InvalidArgument InvalidArgument InvalidArgument "
        "InvalidState")
        << "the last: this job has no terminal";
}

} // namespace

} // namespace frank::test

#include "daemon/plan/spawn_request.hpp"

#include "daemon/plan/init_wire.hpp"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

using testing::HasSubstr;

RawSpawn good() {
    RawSpawn raw;
    raw.argv = {"make", "-j2"};
    raw.cwd = "/src";
    raw.env = {"A=b", "EMPTY="};
    raw.fd_numbers = {0, 1, 2};
    raw.user = "pi";
    return raw;
}

Refusal refusal_of(RawSpawn raw) {
    const auto request = parse_spawn(std::move(raw));
    EXPECT_FALSE(request);
    return request ? Refusal{} : request.error();
}

TEST(ParseSpawn, TakesAGoodOne) {
    const auto request = parse_spawn(good());
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->argv, good().argv);
    EXPECT_EQ(request->cwd, "/src");
    EXPECT_EQ(request->env, good().env);
    EXPECT_EQ(request->fd_numbers, good().fd_numbers);
    EXPECT_EQ(request->user, "pi");
}

TEST(ParseSpawn, HasRootAnd24By80AsDefaults) {
    RawSpawn raw;
    raw.tty = true;
    const auto request = parse_spawn(raw);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->user, "root");
    EXPECT_EQ(request->rows, 24);
    EXPECT_EQ(request->columns, 80);
    raw.rows = 65535;
    raw.columns = 1;
    EXPECT_EQ(parse_spawn(raw)->rows, 65535);
    EXPECT_EQ(parse_spawn(raw)->columns, 1);
}

TEST(ParseSpawn, RefusesAnEmptyCommandWithoutATerminalOrWithALog) {
    auto raw = good();
    raw.argv.clear();
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
    raw.fd_numbers.clear();
    raw.tty = raw.log = true;
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("login shell"));
}

TEST(ParseSpawn, RefusesACommandWithoutAName) {
    auto raw = good();
    raw.argv = {"", "x"};
    EXPECT_EQ(refusal_of(raw).message, "the command's name is empty");
    raw.argv = {"x", ""};
    EXPECT_TRUE(parse_spawn(raw));
}

TEST(ParseSpawn, RefusesANulByteAnywhere) {
    const std::string nul("a\0b", 3);
    auto raw = good();
    raw.argv.push_back(nul);
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("NUL"));
    raw = good();
    raw.cwd = "/" + nul;
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("NUL"));
    raw = good();
    raw.env.push_back("K=" + nul);
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("NUL"));
    raw = good();
    raw.user = nul;
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
}

TEST(ParseSpawn, RefusesARelativeWorkingDirectory) {
    auto raw = good();
    raw.cwd = "src";
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("not absolute"));
    raw.cwd = "";
    EXPECT_TRUE(parse_spawn(raw));
}

TEST(ParseSpawn, RefusesAnEnvironmentEntryWithoutAKey) {
    for (const char *entry : {"", "A", "=b"}) {
        auto raw = good();
        raw.env = {entry};
        EXPECT_THAT(refusal_of(raw).message, HasSubstr("KEY=VALUE")) << entry;
    }
}

TEST(ParseSpawn, RefusesMoreThan64KiB) {
    auto raw = good();
    raw.env.clear();
    raw.cwd = "/";
    raw.argv = {std::string(max_spawn_bytes - 3, 'x')};
    EXPECT_TRUE(parse_spawn(raw));
    raw.argv.front() += 'x';
    EXPECT_EQ(refusal_of(raw).error, Error::limit_exceeded);
    raw.argv.assign(max_spawn_bytes, "");
    EXPECT_EQ(refusal_of(raw).error, Error::limit_exceeded);
}

TEST(ParseSpawn, RefusesADescriptorNumberTwice) {
    auto raw = good();
    raw.fd_numbers = {5, 0, 5};
    EXPECT_EQ(refusal_of(raw).message, "descriptor number 5 is given twice");
}

TEST(ParseSpawn, RefusesAHighDescriptorNumber) {
    auto raw = good();
    raw.fd_numbers = {1023};
    EXPECT_TRUE(parse_spawn(raw));
    raw.fd_numbers = {1024};
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("1024 is too high"));
}

TEST(ParseSpawn, RefusesMoreThan30Descriptors) {
    auto raw = good();
    raw.fd_numbers.clear();
    for (std::uint32_t number = 0; number < max_spawn_fds; ++number)
        raw.fd_numbers.push_back(number);
    EXPECT_TRUE(parse_spawn(raw));
    raw.fd_numbers.push_back(100);
    EXPECT_EQ(refusal_of(raw).error, Error::limit_exceeded);
}

TEST(ParseSpawn, RefusesADescriptorInTheTerminalsPlace) {
    auto raw = good();
    raw.tty = true;
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("is the terminal's"));
    raw.fd_numbers = {3};
    EXPECT_TRUE(parse_spawn(raw));
}

TEST(ParseSpawn, RefusesABadUser) {
    for (const char *user :
         {"-u", "a b", "a:b", "../x", "ü", "$", "a$b", "a23456789012345678901234567890123"}) {
        auto raw = good();
        raw.user = user;
        EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument) << user;
    }
    for (const char *user : {"pi", "_apt", "www-data", "1000", "Me.You", "machine$"}) {
        auto raw = good();
        raw.user = user;
        EXPECT_TRUE(parse_spawn(raw)) << user;
    }
}

TEST(ParseSpawn, RefusesAHugeTerminal) {
    auto raw = good();
    raw.rows = 65536;
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("65536 rows"));
    raw.rows = 1;
    raw.columns = 4294967295;
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
}

TEST(EncodeSpawn, PutsTheStringsAfterTheHead) {
    auto raw = good();
    raw.log = true;
    raw.fd_numbers = {7, 0};
    const auto payload = encode_spawn(*parse_spawn(raw), 4096);
    SpawnHead head;
    ASSERT_GT(payload.size(), sizeof head);
    std::memcpy(&head, payload.data(), sizeof head);
    EXPECT_EQ(head.flags, std::uint32_t{spawn_log});
    EXPECT_EQ(head.argc, 2U);
    EXPECT_EQ(head.envc, 2U);
    EXPECT_EQ(head.rows, 24);
    EXPECT_EQ(head.columns, 80);
    EXPECT_EQ(head.fd_count, 2U);
    EXPECT_EQ(head.fd_numbers[0], 7U);
    EXPECT_EQ(head.fd_numbers[1], 0U);
    EXPECT_EQ(head.log_limit, 4096U);
    const std::string strings(reinterpret_cast<const char *>(payload.data()) + sizeof head,
                              payload.size() - sizeof head);
    constexpr std::string_view expected("pi\0/src\0make\0-j2\0A=b\0EMPTY=\0", 28);
    EXPECT_EQ(strings, expected);
}

TEST(EncodeSpawn, SaysWhoLooksOnAndBringsATableForThat) {
    auto raw = good();
    SpawnHead head;
    for (const auto &[watch, flag] : {std::pair{Watch::trace, spawn_trace}, {Watch::debug, spawn_debug}}) {
        raw.watch = watch;
        const auto payload = encode_spawn(*parse_spawn(raw), 0);
        std::memcpy(&head, payload.data(), sizeof head);
        EXPECT_EQ(head.flags, std::uint32_t{spawn_table} | flag);
    }
    raw.log = true;
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("traced or debugged has no log"));
}

TEST(EncodeSpawn, SaysLoginShellForAnEmptyCommand) {
    RawSpawn raw;
    raw.tty = true;
    const auto payload = encode_spawn(*parse_spawn(raw), 0);
    SpawnHead head;
    std::memcpy(&head, payload.data(), sizeof head);
    EXPECT_EQ(head.flags, std::uint32_t{spawn_tty | spawn_login});
}

TEST(EncodeSpawn, FitsIntoAMessageHoweverLargeTheRequest) {
    auto raw = good();
    raw.cwd = "/";
    raw.env.clear();
    raw.user = std::string(32, 'u');
    raw.argv = {std::string(max_spawn_bytes - 3, 'x')};
    EXPECT_LE(encode_spawn(*parse_spawn(raw), 0).size(), init_max_payload);
}

TEST(DescribeSpawn, IsTheCommandFitForATerminal) {
    auto raw = good();
    raw.argv = {"echo", "a\x1b[0m", std::string(200, 'x')};
    const std::string text = describe(*parse_spawn(raw));
    EXPECT_THAT(text, testing::StartsWith("echo a\\x1b[0m xxx"));
    EXPECT_EQ(text.size(), 120U);
    RawSpawn login;
    login.tty = true;
    EXPECT_EQ(describe(*parse_spawn(login)), "login shell of root");
}

} // namespace
} // namespace frank::plan

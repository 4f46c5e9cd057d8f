#include "daemon/plan/session_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace frank::plan {
namespace {

using testing::HasSubstr;

RawCreate good() {
    RawCreate raw;
    raw.name = "rpi3";
    raw.kind = RootKind::debian;
    raw.owner = 1000;
    raw.arch = "arm64";
    raw.cpu = "cortex-a53";
    raw.source = "debian:bookworm";
    raw.suite = "bookworm";
    raw.include = {"gcc", "libstdc++-12-dev", "python3.11"};
    return raw;
}

Refusal refusal_of(const RawCreate &raw) {
    const auto request = parse_create(raw);
    EXPECT_FALSE(request);
    return request ? Refusal{} : request.error();
}

TEST(ParseCreate, TakesAGoodOne) {
    const auto request = parse_create(good());
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->name.str(), "rpi3");
    EXPECT_EQ(request->kind, RootKind::debian);
    EXPECT_EQ(request->owner, 1000U);
    EXPECT_EQ(request->arch, Arch::arm64);
    EXPECT_EQ(request->cpu, "cortex-a53");
    EXPECT_EQ(request->suite, "bookworm");
    EXPECT_EQ(request->include.size(), 3U);
}

TEST(ParseCreate, LeavesTheArchitectureOpenForADirectoryAndAnArchive) {
    for (const RootKind kind : {RootKind::directory, RootKind::archive}) {
        RawCreate raw;
        raw.name = "a";
        raw.kind = kind;
        EXPECT_EQ(parse_create(raw)->arch, Arch::none);
    }
}

TEST(ParseCreate, RefusesABadName) {
    auto raw = good();
    raw.name = "../x";
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
}

TEST(ParseCreate, RefusesAnUnknownArchitectureAndListsTheKnownOnes) {
    auto raw = good();
    raw.arch = "arm65\n";
    const Refusal refusal = refusal_of(raw);
    EXPECT_EQ(refusal.error, Error::unsupported_architecture);
    EXPECT_THAT(refusal.message,
                HasSubstr("\"arm65\\n\" is no architecture that is known here; these are: amd64"));
}

TEST(ParseCreate, RefusesABadCpu) {
    for (const std::string &cpu :
         {std::string("a b"), std::string("a;b"), std::string("a\n"), std::string(65, 'x')}) {
        auto raw = good();
        raw.cpu = cpu;
        EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument) << cpu;
    }
    auto raw = good();
    raw.cpu = "max,sve=off,pauth-impdef=on,x+y_z.1";
    EXPECT_TRUE(parse_create(raw));
}

TEST(ParseCreate, RefusesABadSuite) {
    for (const char *suite :
         {"", "-x", "Bookworm", "a/b", "a b", "1x", "a_______________________________b"}) {
        auto raw = good();
        raw.suite = suite;
        EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument) << suite;
    }
}

TEST(ParseCreate, RefusesADebianRootWithoutAnArchitecture) {
    auto raw = good();
    raw.arch = "";
    EXPECT_THAT(refusal_of(raw).message, HasSubstr("--arch"));
}

TEST(ParseCreate, RefusesASuiteOrPackagesForAnythingButDebian) {
    auto raw = good();
    raw.kind = RootKind::archive;
    raw.include.clear();
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
    raw.suite.clear();
    EXPECT_TRUE(parse_create(raw));
    raw.include = {"gcc"};
    EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument);
}

TEST(ParseCreate, RefusesABadPackage) {
    for (const std::string &package :
         {std::string(""), std::string("a"), std::string("-x"), std::string("Gcc"), std::string("a,b"),
          std::string("a b"), std::string("?essential"), std::string(129, 'a')}) {
        auto raw = good();
        raw.include.push_back(package);
        EXPECT_EQ(refusal_of(raw).error, Error::invalid_argument) << package;
    }
}

TEST(ParseCreate, RefusesMoreThan256Packages) {
    auto raw = good();
    raw.include.assign(256, "gcc");
    EXPECT_TRUE(parse_create(raw));
    raw.include.emplace_back("gcc");
    EXPECT_EQ(refusal_of(raw).error, Error::limit_exceeded);
}

TEST(ParseCreate, CleansTheSourceAndRefusesAHugeOne) {
    auto raw = good();
    raw.source = "/tmp/\x1b[31m";
    EXPECT_EQ(parse_create(raw)->source, "/tmp/\\x1b[31m");
    raw.source = std::string(4097, 'x');
    EXPECT_EQ(refusal_of(raw).error, Error::limit_exceeded);
}

TEST(RootKind, GoesToTextAndBack) {
    for (const RootKind kind : {RootKind::directory, RootKind::archive, RootKind::debian})
        EXPECT_EQ(root_kind_from_text(to_text(kind)), kind);
    EXPECT_EQ(root_kind_from_text("tarball"), std::nullopt);
}

SessionSettings sample() {
    return {*SessionName::parse("rpi3"),
            RootKind::archive,
            {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
            1000,
            id_base_min + 3 * id_range_size,
            DiskIds::foreign,
            Arch::arm64,
            "cortex-a53",
            "/home/me/\"x\".tar",
            "Debian GNU/Linux 12 (bookworm)",
            1'700'000'000'000'000,
            true,
            false};
}

std::string resealed(std::string text) {
    // The checksum of a changed text, from a file of the same frame: what is checked after it is seen.
    text.resize(text.rfind("# crc32 "));
    std::uint32_t crc = ~0U;
    for (const char c : text)
        for (int bit = 0; bit < 8; ++bit) {
            const unsigned low = (crc ^ (static_cast<unsigned>(static_cast<unsigned char>(c)) >> bit)) & 1U;
            crc = (crc >> 1) ^ (low != 0 ? 0xedb88320U : 0U);
        }
    char line[32];
    (void)std::snprintf(line, sizeof line, "# crc32 %08x\n", ~crc);
    return text + line;
}

std::string replaced(const std::string &from, const std::string &to) {
    std::string text = to_toml(sample());
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return resealed(text.replace(at, from.size(), to));
}

TEST(SessionSettings, AreWrittenAsThis) {
    EXPECT_EQ(to_toml(sample()), R"(# frankend session: written by frankend, not to be edited
arch = 'arm64'
complete = true
cpu = 'cortex-a53'
created = 1700000000000000
disk_ids = 'foreign'
doomed = false
id_base = 720896
instance = '00112233445566778899aabbccddeeff'
kind = 'archive'
name = 'rpi3'
os_name = 'Debian GNU/Linux 12 (bookworm)'
owner = 1000
schema = 1
source = '/home/me/"x".tar'
# crc32 )" + to_toml(sample()).substr(to_toml(sample()).size() - 9));
}

TEST(SessionSettings, RefuseWhatTheRootCannotHold) {
    for (const std::string wrong : {"workarounds = ['../go']", "workarounds_off = 'go'", "wide_numbers = 4"})
        EXPECT_FALSE(settings_from_toml(replaced("schema = 1", "schema = 1\n" + wrong))) << wrong;
}

TEST(SessionSettings, ComeBackAsTheyWere) {
    SessionSettings settings = sample();
    for (const Arch arch : {Arch::none, Arch::armhf})
        for (const DiskIds ids : {DiskIds::foreign, DiskIds::plain, DiskIds::owner})
            for (const std::string &text :
                 {std::string(), std::string("it's \"quoted\" \\ and ü"), std::string(4096, 'x')}) {
                settings.arch = arch;
                settings.disk_ids = ids;
                settings.os_name = settings.source = text;
                settings.doomed = !settings.doomed;
                const auto back = settings_from_toml(to_toml(settings));
                ASSERT_TRUE(back) << back.error().message;
                EXPECT_EQ(to_toml(*back), to_toml(settings));
                EXPECT_EQ(back->instance, settings.instance);
                EXPECT_EQ(back->arch, arch);
                EXPECT_EQ(back->disk_ids, ids);
                EXPECT_EQ(back->os_name, text);
                EXPECT_EQ(back->doomed, settings.doomed);
                EXPECT_EQ(back->created, settings.created);
            }
}

TEST(SessionSettings, CanHoldAnyBytesThatAnImageCallsItself) {
    SessionSettings settings = sample();
    settings.os_name = std::string("\xff\n\0'\"", 5);
    const auto back = settings_from_toml(to_toml(settings));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->os_name, "\\xff\\n\\x00'\"");
}

TEST(SessionSettings, RefuseEveryTornFile) {
    const std::string whole = to_toml(sample());
    ASSERT_TRUE(settings_from_toml(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        ASSERT_FALSE(settings_from_toml(whole.substr(0, size))) << size;
    EXPECT_THAT(settings_from_toml(whole.substr(0, 200)).error().message, HasSubstr("damaged"));
}

TEST(SessionSettings, RefuseEveryFlippedBit) {
    const std::string whole = to_toml(sample());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string text = whole;
        text[at] = static_cast<char>(text[at] ^ 1);
        ASSERT_FALSE(settings_from_toml(text)) << at;
    }
}

TEST(SessionSettings, RefuseAForeignFile) {
    EXPECT_THAT(settings_from_toml("name = 'x'\n").error().message, HasSubstr("is not a file of frankend's"));
    EXPECT_FALSE(settings_from_toml(std::string(66560, '#')));
}

TEST(SessionSettings, RefuseANewerFileAndSaySo) {
    const auto newer = settings_from_toml(replaced("schema = 1", "schema = 2"));
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().message,
              "session.toml was written by a newer frankend (schema 2; this one knows 1): update frankend");
}

TEST(SessionSettings, RefuseWhatIsWrongThoughItsChecksumIsRight) {
    ASSERT_TRUE(settings_from_toml(replaced("owner = 1000", "owner = 1001")));
    for (const auto &[from, to] :
         std::vector<std::pair<std::string, std::string>>{{"schema = 1", "schema = 0"},
                                                          {"owner = 1000\n", ""},
                                                          {"owner = 1000", "owner = -1"},
                                                          {"owner = 1000", "owner = 'x'"},
                                                          {"owner = 1000", "owner = 4294967296"},
                                                          {"owner = 1000", "owner = 1000\nextra = 1"},
                                                          {"'rpi3'", "'../rpi3'"},
                                                          {"'archive'", "'tarball'"},
                                                          {"'foreign'", "'other'"},
                                                          {"'arm64'", "'arm65'"},
                                                          {"'arm64'", "'arm64'\nextra_arches = 'arm65'"},
                                                          {"'arm64'", "'arm64'\nextra_arches = ['armhf']"},
                                                          {"'00112233", "'0011223"},
                                                          {"'00112233", "'G0112233"},
                                                          {"720896", "720897"},
                                                          {"720896", "65536"},
                                                          {"complete = true", "complete = 1"},
                                                          {"cpu = 'cortex-a53'", "cpu = 'cortex-a53"}}) {
        const auto settings = settings_from_toml(replaced(from, to));
        ASSERT_FALSE(settings) << to;
        EXPECT_THAT(settings.error().message, HasSubstr("session.toml:")) << to;
    }
}

TEST(SessionSettings, AreReadFromAnyTextWithoutHarm) {
    std::mt19937 random(5); // NOLINT: the same texts in every run
    const std::string whole = to_toml(sample());
    for (int round = 0; round < 5'000; ++round) {
        std::string text = whole;
        const std::size_t start = text.find('\n') + 1;
        for (std::size_t change = 0; change < 1 + random() % 3; ++change)
            text[start + random() % (text.size() - start - 18)] = static_cast<char>(random());
        if (const auto settings = settings_from_toml(resealed(text))) {
            ASSERT_TRUE(settings_from_toml(to_toml(*settings)));
        }
    }
}

} // namespace
} // namespace frank::plan

// What the rules of a route make of it, in frank-exec as the kernel runs it.
#include "tests/support/exec_session.hpp"

namespace frank::test {
namespace {

constexpr const char *emulated = "-0|/run/show|/run/show|";

class RouteRules : public FrankExec {
  protected:
    /// What `script` writes where /run/twin is `twin` and its route has `rules`.
    static std::string
    output_of(const std::vector<std::string> &rules, const std::string &script,
              const std::string &twin = "printf 'twin:'; for x; do printf '%s|' \"$x\"; done") {
        const std::string prepare = "printf '%s\\n' '#!/bin/sh' '" + escaped(twin) + "' >/run/twin;";
        return in_session(
                   [&] {
                       plan::RouteEntry route = route_to("/run/twin");
                       route.rules = rules;
                       route.counter = 7;
                       return plan::build_exec_table({arm64_by(emulator)}, {route});
                   },
                   prepare + script)
            .first;
    }

  private:
    static std::string escaped(const std::string &text) {
        std::string result;
        for (const char c : text)
            result += c == '\'' ? std::string("'\\''") : std::string(1, c);
        return result;
    }
};

TEST_F(RouteRules, ANameThatItIsCalledByLeavesItToTheGuest) {
    EXPECT_EQ(output_of({"*show"}, "/run/show a"), std::string(emulated) + "a|");
    EXPECT_EQ(output_of({"*sho"}, "/run/show a"), "twin:a|");
    EXPECT_EQ(output_of({"*/run/show"}, "/run/show a"), "twin:a|") << "without its directory";
}

TEST_F(RouteRules, AnArgumentLeavesItToTheGuest) {
    EXPECT_EQ(output_of({"=-v"}, "/run/show -v"), std::string(emulated) + "-v|");
    EXPECT_EQ(output_of({"=-v"}, "/run/show -vv"), "twin:-vv|");
    EXPECT_EQ(output_of({"^-print-"}, "/run/show a -print-x"), std::string(emulated) + "a|-print-x|");
}

TEST_F(RouteRules, AVariableLeavesItToTheGuestButNotWithinACall) {
    EXPECT_EQ(output_of({"$SOME_PATH"}, "SOME_PATH= /run/show 1"), std::string(emulated) + "1|");
    EXPECT_EQ(output_of({"$SOME_PATH"}, "SOME_PATHS=x /run/show 1"), "twin:1|");
    EXPECT_EQ(output_of({"$SOME_PATH", "~COLLECT_GCC"}, "COLLECT_GCC=x SOME_PATH=x /run/show 1"), "twin:1|");
}

TEST_F(RouteRules, TheUsersWishAndForeignEncodingsLeaveItToTheGuest) {
    for (const char *setting : {"FRANKEND_ACCEL=off", "LC_ALL=de_DE.ISO-8859-1", "LANG=ja_JP.eucJP",
                                "GCONV_PATH=/x", "LD_AUDIT=/x"})
        EXPECT_EQ(output_of({}, "env "s + setting + " /run/show 1 2>/dev/null"), std::string(emulated) + "1|")
            << setting;
    for (const char *setting :
         {"FRANKEND_ACCEL=on", "LC_ALL=C", "LANG=de_DE.UTF-8", "LC_CTYPE=C.utf8", "LC_ALL="})
        EXPECT_EQ(output_of({}, "env "s + setting + " /run/show 1"), "twin:1|") << setting;
    EXPECT_EQ(output_of({}, "LC_ALL=C.UTF-8 LANG=ja_JP.eucJP /run/show 1"), "twin:1|") << "LC_ALL goes first";
}

TEST_F(RouteRules, ATwinGetsSettingsInPlaceOfTheCallers) {
    const char *show = "tr \"\\0\" \"|\" </proc/$$/environ";
    EXPECT_EQ(output_of({"+KEY=twin's"}, "env -i A=1 KEY=mine KEYS=2 /run/show", show),
              "KEY=twin's|A=1|KEYS=2|");
    EXPECT_EQ(output_of({}, "env -i A=1 /run/show", show), "A=1|");
}

TEST_F(RouteRules, AnArgumentIsExchangedWhereItIsThatAlone) {
    const std::vector<std::string> rules{"</lib/plugin", ">/native/plugin"};
    EXPECT_EQ(output_of(rules, "/run/show -plugin /lib/plugin /lib/plugin2"),
              "twin:-plugin|/native/plugin|/lib/plugin2|");
}

TEST_F(RouteRules, AnArgumentGoesBeforeTheCallersButForSomeCalls) {
    const std::vector<std::string> rules{"&--target=t", ",-cc1"};
    EXPECT_EQ(output_of(rules, "/run/show"), "twin:--target=t|");
    EXPECT_EQ(output_of(rules, "/run/show -c -cc1 x"), "twin:--target=t|-c|-cc1|x|");
    EXPECT_EQ(output_of(rules, "/run/show -cc1as x"), "twin:-cc1as|x|");
    const std::vector<std::string> told{"&--target=t", ",-cc1", ";-triple"};
    EXPECT_EQ(output_of(told, "/run/show -cc1 -triple x"), "twin:-cc1|-triple|x|");
    EXPECT_EQ(output_of(told, "/run/show -cc1 x"), std::string(emulated) + "-cc1|x|");
    EXPECT_EQ(output_of(told, "/run/show x"), "twin:--target=t|x|");
    EXPECT_EQ(output_of({"&--target=t", "<-plugin", ">native"}, "/run/show -plugin x"),
              "twin:--target=t|native|x|");
}

TEST_F(RouteRules, OtherNamesThanTheseLeaveItToTheGuest) {
    const std::string by_name = "ln -s show /run/c-14; exec /run/c-14 1";
    EXPECT_EQ(output_of({"@show", "@c-14"}, by_name), "twin:1|");
    EXPECT_EQ(output_of({"@show", "@c-1"}, by_name), "-0|/run/c-14|/run/c-14|1|");
    EXPECT_EQ(output_of({"@show"}, "/run/show 1"), "twin:1|");
}

TEST_F(RouteRules, AWatchedTwinThatDiesOfAFaultLeavesItToTheGuest) {
    EXPECT_EQ(output_of({"!"}, "/run/show -o x", "kill -SEGV $$"), std::string(emulated) + "-o|x|");
    EXPECT_EQ(output_of({"!4"}, "/run/show -o x", "exit 4"), std::string(emulated) + "-o|x|");
}

TEST_F(RouteRules, AWatchedTwinsEndIsTheProgramsOwn) {
    EXPECT_EQ(output_of({"!4"}, "/run/show -o x; echo $?", "exit 3"), "3\n");
    EXPECT_EQ(output_of({"!"}, "/run/show -o x; echo $?", "exit 4"), "4\n");
    EXPECT_EQ(output_of({"!"}, "sh -c '/run/show -o x'; echo $?", "kill -TERM $$"), "Terminated\n143\n");
}

TEST_F(RouteRules, WhatReadsStandardInputIsNotWatched) {
    EXPECT_EQ(output_of({"!4"}, "/run/show -o x -; echo $?", "exit 4"), "4\n");
    EXPECT_EQ(output_of({"!4"}, "/run/show x; echo $?", "exit 4"), "4\n")
        << "and what writes to standard output";
}

TEST_F(RouteRules, ASignalToAWatchedTwinsProcessReachesTheTwin) {
    EXPECT_EQ(output_of({"!"}, "/run/show -o x & sleep 0.5; kill -USR1 $!; wait $!; echo $?",
                        "trap 'echo got; exit 5' USR1; while :; do sleep 0.1; done"),
              "got\n5\n");
}

class OnTrial : public RouteRules {
  protected:
    static std::string output_of(const std::string &arguments, const std::string &twin) {
        return RouteRules::output_of({"!4", "^-guard", "?-guard", "#canary", "%-text"},
                                     "/run/show " + arguments + "; echo $?; cat /run/file 2>/dev/null", twin);
    }
};

TEST_F(OnTrial, WhatATwinWroteCountsWhereNothingInItIsDoubted) {
    EXPECT_EQ(output_of("-guards -o /run/file", "printf 'a can of cana' >/run/file"), "0\na can of cana");
    EXPECT_EQ(output_of("-guards -o /run/file", ": >/run/file"), "0\n");
}

TEST_F(OnTrial, WhatIsDoubtedIsDoneAgainByTheGuestsOwn) {
    const std::string again = std::string(emulated) + "-guards|-o|/run/file|0\n";
    EXPECT_EQ(output_of("-guards -o /run/file", "printf cancanary >/run/file"), again + "cancanary");
    EXPECT_EQ(output_of("-guards -o /run/file", "echo unheard >&2; printf canary >/run/file"),
              again + "canary");
    EXPECT_EQ(output_of("-guards -o /run/file", "true"), again) << "a file that is not there";
    EXPECT_EQ(output_of("-guards -o /run/file", "kill -SEGV $$"), again);
    EXPECT_EQ(output_of("-guards -o /run/file", "exit 4"), again);
    EXPECT_EQ(output_of("-guards -o /dev/null", "true"), std::string(emulated) + "-guards|-o|/dev/null|0\n");
}

TEST_F(OnTrial, WhatATwinSaysIsHeardOnce) {
    EXPECT_EQ(output_of("-guards -o /run/file", "echo warning >&2; printf x >>/run/file"), "warning\n0\nxx")
        << "it runs a second time, with the caller's own standard error";
    EXPECT_EQ(output_of("-guards -o /run/file", "echo error >&2; exit 1"), "error\n1\n");
    EXPECT_EQ(output_of("-guards -o /run/file", "exit 3"), "3\n");
}

TEST_F(OnTrial, WhatWritesNoFileIsTheGuests) {
    EXPECT_EQ(output_of("-guards", "true"), std::string(emulated) + "-guards|0\n");
    EXPECT_EQ(output_of("-guards -o -", "true"), std::string(emulated) + "-guards|-o|-|0\n");
    EXPECT_EQ(output_of("-o /run/file", "printf canary >/run/file"), "0\ncanary") << "nothing is on trial";
    EXPECT_EQ(output_of("-guards -text -o /run/file", "printf canary >/run/file"), "0\ncanary");
    EXPECT_EQ(output_of("-guards -text", "printf canary"), "canary0\n");
}

class Signed : public RouteRules {
  protected:
    static std::string
    output_of(const std::string &twin, std::vector<std::string> rules = {"!"},
              const std::string &script = "/run/show -o /run/file; echo $?; cat /run/file") {
        rules.insert(rules.end(), {"{by (one) ", "}by (another) "});
        return RouteRules::output_of(rules, script, twin);
    }
};

TEST_F(Signed, WhatATwinWroteNamesTheGuestsPackageAtItsEnd) {
    EXPECT_EQ(output_of("printf 'by (one) 1\nby (one) 2\nend\n' >/run/file"),
              "0\nby (one) 1\nby (another) 2\nend\n")
        << "the last alone";
    EXPECT_EQ(output_of("printf 'by (one) ' >/run/file"), "0\nby (another) ");
    EXPECT_EQ(output_of("printf 'by (one). by (two) ' >/run/file"), "0\nby (one). by (two) ");
    EXPECT_EQ(output_of(": >/run/file"), "0\n");
    EXPECT_EQ(output_of("true", {"!"}, "/run/show -o /dev/null; echo $?"), "0\n");
}

TEST_F(Signed, AShorterNameLeavesNothingBehind) {
    EXPECT_EQ(RouteRules::output_of({"!", "{a long name", "}a"}, "/run/show -o /run/file; cat /run/file",
                                    "printf 'x a long name y' >/run/file"),
              "x a y");
}

TEST_F(Signed, OnlyTheEndOfALongFileIsLookedAt) {
    const char *script =
        "/run/show -o /run/file; head -c 9 /run/file; echo; tail -c 13 /run/file; stat -c %s /run/file";
    EXPECT_EQ(output_of("{ printf 'by (one) '; head -c 9000 /dev/zero; printf ' by (one) end'; } >/run/file",
                        {"!"}, script),
              "by (one) \n(another) end9026\n");
    EXPECT_EQ(output_of("{ printf 'by (one) '; head -c 9000 /dev/zero; } >/run/file", {"!"},
                        "/run/show -o /run/file; head -c 9 /run/file"),
              "by (one) ");
}

TEST_F(Signed, WhatFailedStaysAsItWas) {
    EXPECT_EQ(output_of("printf 'by (one) ' >/run/file; exit 1"), "1\nby (one) ");
}

TEST_F(Signed, OnTrialTooAndWhereTheTwinHadSomethingToSay) {
    const std::vector<std::string> rules{"!4", "^-o", "?-o", "#canary"};
    EXPECT_EQ(output_of("printf 'by (one) ' >/run/file", rules), "0\nby (another) ");
    EXPECT_EQ(output_of("echo warning >&2; printf 'by (one) ' >>/run/file", rules),
              "warning\n0\nby (one) by (another) ");
    EXPECT_EQ(output_of("printf 'canary by (one) ' >/run/file", rules),
              std::string(emulated) + "-o|/run/file|0\ncanary by (one) ");
}

TEST_F(RouteRules, EveryCallIsCounted) {
    const std::string script =
        "mkdir /run/frankend/accel; : >/run/frankend/accel/calls; chmod 0622 /run/frankend/accel/calls;"
        "/run/show 1 >/dev/null; FRANKEND_ACCEL=off /run/show 1 >/dev/null;"
        "cp /run/show /run/other; /run/other >/dev/null;"
        "od -An -v -w8 -tu2 /run/frankend/accel/calls | while read c n s; do echo $c $n; done";
    EXPECT_EQ(output_of({}, script), "7 1\n7 0\n0 0\n");
}

} // namespace
} // namespace frank::test

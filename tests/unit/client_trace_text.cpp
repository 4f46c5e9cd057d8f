#include "client/trace_text.hpp"

#include <gtest/gtest.h>

using frank::client::TraceText;

TEST(TraceText, GivesEveryProcessALineOfItsOwn) {
    TraceText text;
    EXPECT_EQ(text.rework("3 wait4(-1,0,0,0)7 ioctl(1,TCGETS,0) = 0\n = 7\n3 exit_group(0)\n"),
              "3 wait4(-1,0,0,0) <unfinished ...>\n7 ioctl(1,TCGETS,0) = 0\n = 7\n3 exit_group(0)\n");
}

TEST(TraceText, DoesSoWhereverThePiecesAreCut) {
    const std::string raw = "3 wait4(-1)12 open(\"f(x)1 y\",0)4 read(0) = 0 ({1,2})\n",
                      whole = TraceText().rework(raw);
    EXPECT_EQ(
        whole,
        "3 wait4(-1) <unfinished ...>\n12 open(\"f(x)1 y\",0) <unfinished ...>\n4 read(0) = 0 ({1,2})\n");
    for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
        TraceText text;
        const std::string first = text.rework(raw.substr(0, cut));
        EXPECT_EQ(first + text.rework(raw.substr(cut)), whole) << cut;
    }
}

TEST(TraceText, LeavesTheRestAsItIs) {
    for (const char *raw : {"", "\n", "3 write(1,\"a\\\")7 b\",8) = 8\n",
                            "--- SIGCHLD {si_signo=SIGCHLD} ---\n", "3 unfinished \" (\n4 uname(0) = 0\n"})
        EXPECT_EQ(TraceText().rework(raw), raw);
}

TEST(TraceText, NeverGrowsMoreThanItSays) {
    std::string worst;
    for (int i = 0; i < 500; ++i)
        worst += ")1";
    EXPECT_LE(TraceText().rework(worst).size(), TraceText::growth * (worst.size() + 1));
    TraceText text;
    (void)text.rework(")");
    EXPECT_LE(text.rework("1").size(), TraceText::growth * 2);
}

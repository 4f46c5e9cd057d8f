#include "daemon/verify/check.hpp"

#include "daemon/verify/command.hpp"
#include "daemon/verify/outcome_compare.hpp"

#include <filesystem>
#include <fstream>

namespace frank::verify {

namespace {

constexpr InputFile sources[] = {
    {"k1.c", R"(#include "k.h"
static const char *const names[] = {"zero", "one", "two", "three"};
int counter;
struct pair pairs[3] = {{1, 2.5, "a"}, {2, -1.0, "b"}, {3, 0.0, "c"}};
const char *name_of(unsigned i) { return i < 4 ? names[i] : "many"; }
__attribute__((noinline)) static int twist(int x) { return x * 31 + counter++; }
int walk(const struct pair *p, int n) {
    int sum = 0;
    for (int i = 0; i < n; ++i)
        sum += twist(p[i].key) + (int)(p[i].value * 2);
    return sum;
}
)"},
    {"k2.c", R"(#include "k.h"
static int zeros[100];
int weak_one(void) __attribute__((weak));
int weak_one(void) { return zeros[counter % 100]; }
__thread int per_thread = 7;
long choose(int what) {
    switch (what) {
    case 0: return walk(pairs, 3);
    case 1: return (long)name_of(1)[0];
    case 2: return per_thread;
    case 7: return zeros[7];
    default: return weak_one();
    }
}
void unused_function(void) { counter = 0; }
)"},
    {"k.h", R"(struct pair { int key; double value; const char *text; };
extern struct pair pairs[3];
extern int counter;
const char *name_of(unsigned i);
int walk(const struct pair *p, int n);
long choose(int what);
)"},
    {"main.c", R"(#include <stdio.h>
#include "k.h"
int main(int argc, char **argv) {
    (void)argv;
    for (int i = 0; i < 4; ++i)
        printf("%s %ld\n", name_of((unsigned)i), choose(i * argc));
    return 0;
}
)"},
};

constexpr std::string_view commands[] = {
    "gcc -g -O2 -fPIC -ffunction-sections -save-temps -c k1.c k2.c",
    "gcc -g -O1 -c main.c",
    "ar rcs libk.a k1.o k2.o",
    "gcc -shared -Wl,-soname,libk.so.1 -o libk.so k1.o k2.o",
    "gcc -o prog main.o k1.o k2.o",
};

} // namespace

std::string make_objects(const std::string &directory) {
    for (const InputFile &file : sources)
        std::ofstream(directory + "/" + std::string(file.name)) << file.content;
    for (const std::string_view line : commands) {
        Command command;
        command.argv = split_line(line).words;
        command.program = "/usr/bin/" + command.argv[0];
        command.directory = directory;
        command.emulated = true;
        if (const std::string end = describe_end(run(command), "emulated"); !end.empty())
            return "to make files to work on, the guest's own " + command.argv[0] + " " + end;
    }
    return "";
}

} // namespace frank::verify

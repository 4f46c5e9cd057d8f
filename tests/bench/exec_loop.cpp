// exec_loop RUNS PROGRAM...: executes each PROGRAM, one after another, RUNS times. Prints for each how many
// microseconds it took, from before vfork to after wait, and how many of the processor's; a line for each
// round. Built static, so that it runs by itself in a foreign root.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

double microseconds(const timeval &time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

bool execute(char *program) {
    char *arguments[] = {program, nullptr};
    const auto begin = std::chrono::steady_clock::now();
    const pid_t child = vfork();
    if (child == 0) {
        execv(program, arguments);
        _exit(1);
    }
    int status = 0;
    rusage used{};
    if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
        return false;
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
    (void)std::printf("%.1f %.1f ", spent.count(), microseconds(used.ru_utime) + microseconds(used.ru_stime));
    return true;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    for (long left = std::strtol(argv[1], nullptr, 10); left > 0; --left) {
        for (int i = 2; i < argc; ++i)
            if (!execute(argv[i]))
                return 1;
        (void)std::puts("");
    }
    return 0;
}

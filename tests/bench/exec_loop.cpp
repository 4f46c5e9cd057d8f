// exec_loop RUNS PROGRAM: executes PROGRAM one time after another and prints how many microseconds each took,
// from before vfork to after wait, and how many of the processor's. Built static, so that it runs by itself
// in a foreign root.
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

} // namespace

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    char *arguments[] = {argv[2], nullptr};
    for (long left = std::strtol(argv[1], nullptr, 10); left > 0; --left) {
        const auto begin = std::chrono::steady_clock::now();
        const pid_t child = vfork();
        if (child == 0) {
            execv(argv[2], arguments);
            _exit(1);
        }
        int status = 0;
        rusage used{};
        if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
            return 1;
        const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
        (void)std::printf("%.1f %.1f\n", spent.count(),
                          microseconds(used.ru_utime) + microseconds(used.ru_stime));
    }
    return 0;
}

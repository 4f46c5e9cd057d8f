// frank-verify: may a native twin do the work of the guest's own tool? Runs in a session in which the
// candidates' routes are in force for it alone. A static program: the libraries around it are another
// machine's.
#include "daemon/sys/fd.hpp"
#include "daemon/verify/command.hpp"
#include "daemon/verify/schedule.hpp"
#include "daemon/verify/tree_compare.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <sys/stat.h>

namespace {

using namespace frank;

constexpr int exit_same = 0, exit_different = 1, exit_usage = 2, exit_broken = 3;

constexpr const char *usage =
    "usage: frank-verify survey PATH...\n"
    "       frank-verify check PATH[=TWIN]...\n"
    "       frank-verify compare A B\n"
    "survey prints the identity of each file, check whether its twin does the same,\n"
    "compare what differs between two files or directories but for the name of the\n"
    "compiler's package. Exit status: 0; 1 where compare finds a difference; 2, 3 wrong use,\n"
    "breakage.\n";

/// A link is another file's affair, and a path that is not there nobody's.
int survey(const std::vector<std::string> &paths) {
    for (const std::string &path : paths) {
        struct stat file {};
        std::error_code none;
        if (std::filesystem::canonical(path, none) == path && ::lstat(path.c_str(), &file) == 0 &&
            S_ISREG(file.st_mode))
            std::cout << "file\t" << path << '\t' << file.st_dev << '\t' << file.st_ino << '\t'
                      << file.st_size << '\t' << file.st_mtim.tv_sec << '\t' << file.st_mtim.tv_nsec << '\n';
    }
    return 0;
}

int check(const std::vector<std::string> &arguments) {
    // Files that the commands make are to have plain rights, and the order of two runs is to be seen in no
    // name.
    (void)::umask(022);
    verify::block_signals();
    std::string directory = "/tmp/frankend-verify-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr)
        sys::breakage("make a directory in /tmp");
    const int status = verify::check_all(arguments, directory);
    std::filesystem::remove_all(directory);
    return status;
}

int compare(const std::string &a, const std::string &b) {
    const auto found = verify::compare_trees(a, b, {});
    for (const std::string &what : found)
        std::cout << what << '\n';
    return found.empty() ? exit_same : exit_different;
}

} // namespace

int main(int argc, char **argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string verb = arguments.empty() ? "" : arguments[0];
    if (!arguments.empty())
        arguments.erase(arguments.begin());
    try {
        if (verb == "survey" && !arguments.empty())
            return survey(arguments);
        if (verb == "check" && !arguments.empty())
            return check(arguments);
        if (verb == "compare" && arguments.size() == 2)
            return compare(arguments[0], arguments[1]);
        if (verb == "--help" || verb == "help") {
            std::cout << usage;
            return 0;
        }
        std::cerr << usage;
        return exit_usage;
    } catch (const std::exception &broken) {
        std::cerr << "frank-verify: " << broken.what() << '\n';
        return exit_broken;
    }
}

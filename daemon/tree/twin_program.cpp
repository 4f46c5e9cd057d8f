#include "daemon/tree/twin_program.hpp"

#include "daemon/plan/elf_image.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/command.hpp"

#include <array>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace frank::tree {

using plan::Result;

namespace {

std::string read_all(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

bool is_elf_program(const std::string &path) {
    const sys::Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    std::array<char, SELFMAG> magic{};
    struct stat info {};
    return file && ::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0 &&
           ::pread(file.get(), magic.data(), magic.size(), 0) == SELFMAG &&
           std::memcmp(magic.data(), ELFMAG, SELFMAG) == 0;
}

Linking linking_of(const std::string &path) {
    Linking linking;
    const std::string bytes = read_all(path);
    const auto image = plan::read_elf(std::as_bytes(std::span(bytes)));
    if (!image)
        return linking;
    for (const plan::ElfSegment &segment : image->segments) {
        linking.dynamic = linking.dynamic || segment.type == PT_DYNAMIC;
        if (segment.type == PT_INTERP && !segment.content.empty())
            linking.loader.assign(
                reinterpret_cast<const char *>(segment.content.data()), // a byte is a char
                ::strnlen(reinterpret_cast<const char *>(segment.content.data()), segment.content.size()));
    }
    return linking;
}

Result<void> set_interpreter(const std::string &path, const Interpreter &interpreter) {
    // DT_RPATH, not DT_RUNPATH: ld.so(8) looks there before LD_LIBRARY_PATH, for libraries' libraries too.
    const auto done = run_command({"patchelf", "--set-interpreter", interpreter.loader, "--force-rpath",
                                   "--set-rpath", interpreter.libraries, path});
    return done ? Result<void>() : tl::unexpected(done.error());
}

Result<void> load_first(const std::string &path, const std::string &library) {
    const auto done = run_command({"patchelf", "--add-needed", library, path});
    return done ? Result<void>() : tl::unexpected(done.error());
}

void rewrite_strings(const std::string &path, const std::vector<plan::Rewrite> &rewrites) {
    if (rewrites.empty())
        return;
    std::string bytes = read_all(path);
    for (const plan::Rewrite &rewrite : rewrites) {
        const std::string from = '\0' + rewrite.from + '\0';
        std::string to = '\0' + rewrite.to;
        to.resize(from.size(), '\0');
        for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1))
            bytes.replace(at, from.size(), to);
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file)
        sys::breakage("write " + path);
}

} // namespace frank::tree

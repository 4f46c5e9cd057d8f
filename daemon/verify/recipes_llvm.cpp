// clang, which is driver, compiler and assembler in one, and lld, on files that the guest's own gcc has made.
// Emulated, clang takes seconds to start: few commands, and each shows much.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

std::vector<InputFile> both_corpora() {
    std::vector<InputFile> files = c_corpus();
    for (const InputFile &file : cxx_corpus())
        if (file.name.ends_with(".cc"))
            files.push_back(file);
    return files;
}

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back(
        {{"clang"},
         "--version",
         both_corpora(),
         {// What it is built for, and by which paths and defaults it calls itself and the linker.
          {"-dumpmachine"},
          {"-v -O2 -fsyntax-only empty.c", Kind::guarded},
          {"-### -O2 -g -Wall -c library.c"},
          {"-print-search-dirs"},
          {"-E -dM empty.c"},
          {"-O2 -g -Wall -Wextra -S types.c -o types.s"}, // with .ident
          {"-O0 -g3 -gdwarf-5 -c types.c -o types-O0.o"},
          {"-### types-O0.o -lm -o library"}, // no file that is named by lot
          {"-### --driver-mode=g++ -static-pie -flto=thin -fsanitize=address -rtlib=compiler-rt types-O0.o",
           Kind::guarded},
          {"-O3 -fPIC -MD -MP -Wall -Wextra -Wshadow -c warnings.c -o warnings.o"},
          {"-Os -save-temps -ffunction-sections -fstack-protector-strong -fstack-clash-protection -c loops.c "
           "dynamic.c"},
          {"-O1 -fsanitize=undefined,address -fprofile-instr-generate -fcoverage-mapping -c loops.c -o "
           "watched.o"},
          {"-O2 -flto -c types.c -o types-lto.o", Kind::guarded},
          {"-g -c assembled.S -o assembled.o", Kind::any},
          {"-cc1 -S -O1 dynamic.c -o dynamic-cc1.s", Kind::guarded},
          {"-x c -std=c17 -O1 -c -o given.o - < types.c"},
          {"-O2 library.c -lm -o library"},
          {"./library"},
          {"$ readelf -p .comment library"},
          {"--driver-mode=g++ -std=c++20 -O2 -g -c language.cc -o language.o"},
          {"--driver-mode=g++ -O3 program.cc -o program"},
          {"./program"},
          {"wrong.c -c -o wrong.o", Kind::fails},
          {"--driver-mode=g++ -fcolor-diagnostics -c wrong.cc -o wrong.o", Kind::fails}}});
    recipes.push_back(
        {{"lld"},
         "-flavor gnu --version",
         c_corpus(),
         {{"-flavor gnu -r objects/k1.o objects/k2.o -o both.o"},
          {"-flavor gnu -shared -soname libk.so.2 --build-id=sha1 objects/k1.o objects/k2.o -o libk.so"},
          {"-flavor gnu -shared --hash-style=both -z now -z relro --build-id -Map libk.map objects/k1.o "
           "objects/k2.o -o libk-now.so"},
          {"-flavor gnu -e walk --gc-sections --print-gc-sections --icf=all --print-icf-sections -O2 "
           "objects/k1.o objects/k2.o -o small"},
          {"-flavor gnu -pie --no-dynamic-linker -z text -e choose objects/k1.o -Lobjects -l:libk.a -o "
           "position",
           Kind::any},
          {"-flavor gnu -static -e walk -Ttext=0x800000 -s objects/k1.o -o stripped", Kind::any},
          {"-flavor gnu -shared --gdb-index --compress-debug-sections=zlib objects/k1.o objects/k2.o -o "
           "packed.so"},
          {"$ readelf -p .comment small"},
          {"$ gcc -fuse-ld=lld -static-pie -g objects/main.o objects/libk.a -o prog", Kind::any},
          {"$ sh -c 'test ! -e prog || ./prog'"},
          {"$ sh -c 'command -v clang >/dev/null || exit 0; clang -O2 -flto -c types.c && exec "
           "/usr/lib/llvm-*/bin/ld.lld -shared types.o -o lto.so'",
           Kind::any},
          {"-flavor gnu -e choose objects/k2.o -o undefined", Kind::fails},
          {"-flavor gnu --no-such-option", Kind::fails}},
         true});
    return recipes;
}

} // namespace

const std::vector<Recipe> &llvm_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify

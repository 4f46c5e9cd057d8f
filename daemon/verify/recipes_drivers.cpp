// What calls compiler, assembler and linker in turn. --version, -v and -print-* are the guest's own by rule.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back({{"g++", "c++"},
                       "--version",
                       cxx_corpus(),
                       {{"-dumpmachine", Kind::direct},
                        {"-dumpversion", Kind::direct},
                        {"-Q --help=optimizers -O2", Kind::guarded},
                        {"-MM program.cc language.cc"},
                        {"-g -O2 -c language.cc -o language.o"},
                        {"-shared -fPIC -O1 language.cc -o liblanguage.so"},
                        {"-O1 program.cc -o program"},
                        {"./program"},
                        {"wrong.cc", Kind::fails}}});
    recipes.push_back({{"gcc", "cc"},
                       "--version",
                       c_corpus(),
                       {{"-dumpmachine", Kind::direct},
                        {"-dumpversion", Kind::direct},
                        {"-dumpspecs", Kind::specs},
                        {"-Q --help=target", Kind::guarded},
                        {"-Q --help=optimizers -O2", Kind::guarded},
                        {"-Q --help=warnings -Wall", Kind::guarded},
                        {"-E -dM empty.c"},
                        {"-MD -MP -O2 -g -c library.c -o library.o"},
                        {"-O3 -fPIC -ffunction-sections -c types.c -o types.o"},
                        {"-c assembled.S -g -o assembled.o"},
                        {"-shared -Wl,-soname,libtypes.so.1 types.o assembled.o -o libtypes.so"},
                        {"library.o -lm -o library"},
                        {"./library"},
                        {"-static -s -O1 loops.c -Wl,-e,trace -nostdlib -o loops"},
                        {"-Os -flto -frandom-seed=x -c types.c -o types-lto.o"},
                        {"-O2 -flto -frandom-seed=x -c library.c -o library-lto.o"},
                        {"-O2 -flto -frandom-seed=x types-lto.o library-lto.o -lm -o lto"},
                        {"./lto one"},
                        {"-r types.o assembled.o -o both.o -nostdlib"},
                        {"-x c -fsyntax-only -Wall - < warnings.c"},
                        {"wrong.c", Kind::fails},
                        {"no-such-file.c", Kind::fails}}});
    recipes.push_back({{"cpp"},
                       "--version",
                       c_corpus(),
                       {{"library.c"},
                        {"-dM empty.c"},
                        {"-P -DN=3 loops.c"},
                        {"-M library.c"},
                        {"-x assembler-with-cpp - < assembled.S"}}});
    recipes.push_back({{"gfortran"},
                       "--version",
                       cxx_corpus(),
                       {{"-O2 -g modern.f90 -o modern"}, {"./modern"}, {"-c -O1 modern.f90 -o modern.o"}}});
    recipes.push_back({{"collect2"},
                       "",
                       c_corpus(),
                       {{"$ gcc -o prog objects/main.o objects/k1.o objects/k2.o"},
                        {"./prog"},
                        {"$ gcc -static -o static objects/main.o objects/libk.a"},
                        {"$ gcc -shared -o libk.so objects/k1.o objects/k2.o -Wl,--no-undefined -lc"},
                        {"$ gcc -o prog objects/k1.o objects/no-such.o", Kind::fails}},
                       true});
    recipes.push_back(
        {{"lto1"},
         "-quiet -version /dev/null -o /dev/null",
         c_corpus(),
         {{"$ gcc -O2 -flto -frandom-seed=y -c loops.c types.c"},
          {"$ gcc -O2 -flto -frandom-seed=y -shared loops.o types.o -o liblto.so"},
          {"$ gcc -O2 -flto -frandom-seed=y -fstack-protector-strong -fPIC -c library.c", Kind::guarded},
          {"$ gcc -O2 -flto -frandom-seed=y -fstack-protector-strong -shared library.o -o protected.so",
           Kind::guarded},
          {"$ gcc -O2 -flto -frandom-seed=y -shared library.o -o still-protected.so"},
          {"$ gcc -O1 -flto -flto-partition=none -frandom-seed=y -r -nostdlib loops.o types.o -o both.o"}}});
    recipes.push_back({{"lto-wrapper"},
                       "",
                       c_corpus(),
                       {{"$ gcc -O1 -flto -g -frandom-seed=z -c types.c"},
                        {"$ gcc -O1 -flto=2 -g -frandom-seed=z -shared types.o -o liblto.so"}}});
    return recipes;
}

} // namespace

const std::vector<Recipe> &driver_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify

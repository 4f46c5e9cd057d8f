// The compilers proper, called as the driver calls them. -fno-ident: the text names the compiler's package.
// The stack protector and room that is taken on the go are where Debian's 12.2.0-14+deb12u1 for arm64 differs
// from its cross compiler 12.2.0-14: the former has the fix of CVE-2023-4039.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back(
        {{"cc1plus"},
         "-quiet -version /dev/null -o /dev/null",
         cxx_corpus(),
         {{"-E -quiet -v @flags empty.cc", Kind::search_list},
          {"-E -quiet @flags -dM empty.cc"},
          {"-quiet @flags -fno-ident -O0 -g language.cc -o language-O0.s"},
          {"-quiet @flags -fno-ident -O2 -fPIC -std=c++20 language.cc -o language-O2.s"},
          {"-quiet @flags -fno-ident -O1 -fstack-protector-all language.cc -o protected.s", Kind::guarded},
          {"-quiet @flags -fno-ident -O3 -g language.cc -o language-O3.s"},
          {"-quiet @flags -Wall -Wextra wrong.cc -o wrong.s", Kind::fails},
          {"-E -quiet @flags program.cc -o program.ii"},
          {"-quiet @flags -fno-ident -O2 -g containers.cc -o containers.s"}}});
    recipes.push_back(
        {{"cc1"},
         "-quiet -version /dev/null -o /dev/null",
         c_corpus(),
         {{"-E -quiet -v @flags empty.c", Kind::search_list},
          {"-E -quiet @flags -dM empty.c"},
          {"-E -quiet @flags library.c -o library.i"},
          {"-E -quiet @flags -M library.c"},
          {"-quiet @flags -fno-ident -O0 -g types.c -o types-O0.s"},
          {"-quiet @flags -fno-ident -O1 -fPIE types.c -o types-O1.s"},
          {"-quiet @flags -fno-ident -O2 -g types.c -o types-O2.s"},
          {"-quiet @flags -fno-ident -O3 -fPIC types.c -o types-O3.s"},
          {"-quiet @flags -fno-ident -Os -ffunction-sections -fdata-sections types.c -o types-Os.s"},
          {"-quiet @flags -fno-ident -O0 loops.c -o loops-O0.s"},
          {"-quiet @flags -fno-ident -O3 -g loops.c -o loops-O3.s"},
          {"-quiet @flags -fno-ident -O2 -g3 library.c -o library.s"},
          {"-quiet @flags -fpreprocessed library.i -O2 -fno-ident -o from-library-i.s"},
          {"-quiet @flags -O2 -Wall -Wextra -Wshadow warnings.c -fno-ident -o warnings.s"},
          {"-quiet @flags wrong.c -o wrong.s", Kind::fails},
          {"-quiet @flags -fno-ident -O2 -g -fstack-protector-strong library.c -o protected.s",
           Kind::guarded},
          {"-quiet @flags -fno-ident -O2 -fstack-clash-protection library.c -o clash.s", Kind::guarded},
          {"-quiet @flags -fno-ident -O2 dynamic.c -o dynamic.s", Kind::guarded},
          {"-quiet @flags -fno-ident -Os -g -fstack-clash-protection dynamic.c -o room.s", Kind::guarded},
          {"-quiet @flags -E -lang-asm assembled.S -o assembled.s", Kind::any}}});
    recipes.push_back({{"f951"},
                       "-quiet -version /dev/null -o /dev/null",
                       cxx_corpus(),
                       {{"-quiet @flags -fno-ident -O0 -g modern.f90 -o modern-O0.s"},
                        {"-quiet @flags -fno-ident -O2 modern.f90 -o modern-O2.s"}}});
    return recipes;
}

} // namespace

const std::vector<Recipe> &compiler_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify

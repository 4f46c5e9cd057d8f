// binutils, on files that the guest's own compiler has made (objects.cpp).
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

Recipe with_objects(std::vector<std::string_view> tools, std::vector<Step> steps) {
    return {std::move(tools), "--version", c_corpus(), std::move(steps), true};
}

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    recipes.push_back(with_objects({"as"}, {{"objects/k1.s -o k1.o"},
                                            {"-g objects/k2.s -o k2.o"},
                                            {"-als=k1.list objects/k1.s -o k1-again.o"},
                                            {"--fatal-warnings -o none.o types.c", Kind::fails},
                                            {"-o empty.o empty.c"},
                                            {"-o empty.o no-such-file", Kind::fails}}));
    recipes.push_back(with_objects(
        {"ld.bfd", "ld"},
        {{"--verbose"},
         {"-V", Kind::guarded},
         {"-r objects/k1.o objects/k2.o -o both.o"},
         {"-shared -soname libk.so.2 objects/k1.o objects/k2.o -o libk.so --build-id"},
         {"-shared --hash-style=both -z now -z relro objects/k1.o objects/k2.o -o libk-now.so"},
         {"-e walk --gc-sections --print-gc-sections objects/k1.o objects/k2.o -o small -Map small.map"},
         {"-pie -e choose objects/k1.o -Lobjects -l:libk.a -o position --no-dynamic-linker", Kind::any},
         {"-static -e walk -Ttext=0x800000 -s objects/k1.o -o stripped"},
         {"-e choose objects/k2.o -o undefined", Kind::fails},
         {"--no-such-option", Kind::fails}}));
    recipes.push_back(with_objects({"ld.gold", "gold"},
                                   {{"-r objects/k1.o objects/k2.o -o both.o"},
                                    {"-shared -soname libk.so.2 objects/k1.o objects/k2.o -o libk.so"},
                                    {"-e walk --gc-sections objects/k1.o objects/k2.o -o small", Kind::any},
                                    {"-e choose objects/k2.o -o undefined", Kind::fails}}));
    recipes.push_back(with_objects({"gcc-ar", "ar"}, {{"rcs new.a objects/k1.o objects/k2.o"},
                                                      {"rcs new.a main-with-a-long-name.o", Kind::fails},
                                                      {"t new.a"},
                                                      {"tvO objects/libk.a"},
                                                      {"p objects/libk.a k1.o"},
                                                      {"dv new.a k1.o"},
                                                      {"rcT thin.a objects/k1.o"},
                                                      {"x objects/libk.a"},
                                                      {"qc text.a types.c library.c"},
                                                      {"t no-such.a", Kind::fails}}));
    recipes.push_back(with_objects({"gcc-nm", "nm"}, {{"objects/k1.o"},
                                                      {"-n -S objects/prog"},
                                                      {"-D objects/libk.so"},
                                                      {"-A -u objects/libk.a"},
                                                      {"-s -g -P objects/libk.a"},
                                                      {"-l objects/k2.o"},
                                                      {"types.c", Kind::fails}}));
    recipes.push_back(with_objects({"gcc-ranlib", "ranlib"}, {{"objects/libk.a"}, {"types.c", Kind::fails}}));
    recipes.push_back(with_objects({"strip"}, {{"-o all objects/prog"},
                                               {"-g -o debug objects/k1.o"},
                                               {"--strip-unneeded -o unneeded.so objects/libk.so"},
                                               {"-D -g -o library.a objects/libk.a"},
                                               {"-N name_of -o less.o objects/k1.o"},
                                               {"types.c", Kind::fails}}));
    recipes.push_back(
        with_objects({"objcopy"}, {{"-O binary -j .rodata objects/prog rodata.bin"},
                                   {"--only-keep-debug objects/prog prog.debug"},
                                   {"--add-gnu-debuglink=prog.debug objects/prog linked"},
                                   {"--redefine-sym walk=run --prefix-symbols=my_ objects/k1.o renamed.o"},
                                   {"--rename-section .text=.other --weaken objects/k2.o other.o"},
                                   {"--compress-debug-sections objects/k1.o packed.o"},
                                   {"--decompress-debug-sections packed.o unpacked.o"},
                                   {"-O srec objects/prog prog.srec"},
                                   {"types.c", Kind::fails}}));
    recipes.push_back(with_objects({"objdump"}, {{"-d objects/k1.o"},
                                                 {"-x -r objects/k2.o"},
                                                 {"-s -j .rodata objects/prog"},
                                                 {"-p -T objects/libk.so"},
                                                 {"-d -S -l objects/prog"},
                                                 {"-W objects/k1.o"},
                                                 {"-a objects/libk.a"},
                                                 {"-i", Kind::any},
                                                 {"types.c", Kind::fails}}));
    recipes.push_back(with_objects({"readelf"}, {{"-a -W objects/prog"},
                                                 {"-a objects/libk.so"},
                                                 {"-w objects/k1.o"},
                                                 {"-s -r -S objects/k2.o"},
                                                 {"-A -d -n objects/libk.so"},
                                                 {"-c objects/libk.a"},
                                                 {"-p .rodata -x .data objects/prog"},
                                                 {"-h types.c", Kind::fails}}));
    recipes.push_back(with_objects(
        {"size"}, {{"objects/k1.o objects/prog"}, {"-A -x objects/prog"}, {"-t objects/libk.a"}}));
    recipes.push_back(with_objects(
        {"strings"},
        {{"objects/prog"}, {"-n 8 -t x objects/libk.so"}, {"-a -el objects/k1.o"}, {"-d objects/k1.o"}}));
    recipes.push_back(with_objects({"addr2line"}, {{"-f -e objects/k1.o 0 4 8 16"},
                                                   {"-f -C -i -p -j .text.walk -e objects/k1.o 0 8 20"},
                                                   {"-e no-such 0", Kind::fails}}));
    recipes.push_back(
        with_objects({"c++filt"}, {{"_ZN6shapes6SquareC1Ed _ZNSt6vectorIiSaIiEE9push_backERKi plain"},
                                   {"-t i _Z1fIJiEEvDpT_"},
                                   {"-n _ZNKSt3mapISsiE2atERKSs _ZZ4mainENKUlvE_clEv"},
                                   {"< types.c"}}));
    return recipes;
}

} // namespace

const std::vector<Recipe> &binutils_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify

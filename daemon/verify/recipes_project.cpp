// What looks at a whole project: how it is configured, and where libraries are.
#include "daemon/verify/corpus.hpp"

namespace frank::verify {

namespace {

constexpr std::string_view lib_pc = R"(prefix=/opt/lib
libdir=${prefix}/lib
Name: lib
Description: A library
Version: 1.2.3
Requires.private: other >= 1
Libs: -L${libdir} -llib -pthread
Libs.private: -lm
Cflags: -I${prefix}/include -DLIB="a b"
)";
constexpr std::string_view other_pc =
    "Name: other\nDescription: Another\nVersion: 1.9\nLibs: -lother\nCflags: -DOTHER\n";

/// -L and -I of the places that are searched anyway are left out; which they are is built in.
constexpr std::string_view system_pc = R"(Name: system
Description: What is where everything is
Version: 1
Libs: -L/usr/lib -L/lib -L/usr/lib/${triplet} -L/lib/${triplet} -L/opt/lib -lsystem
Cflags: -I/usr/include -I/opt/include
)";
constexpr std::string_view of_system = "$ sh -c 'triplet=$(gcc -dumpmachine) && exec pkg-config "
                                       "--define-variable=triplet=$triplet --libs --cflags "
                                       "./system.pc'";

/// Of all that --debug tells, which has addresses in it, the directories.
constexpr std::string_view searched =
    "$ sh -c 'pkg-config --debug --exists no-such-package 2>&1 | sed -n \"s/.*trying path: //p\"'";

constexpr std::string_view lists_cmake = R"cmake(cmake_minimum_required(VERSION 3.13)
project(lists VERSION 1.2.3 LANGUAGES C)
include(CheckIncludeFile)
include(CheckSymbolExists)
include(CheckCSourceCompiles)
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
check_include_file(stdint.h HAVE_STDINT)
check_include_file(no_such.h HAVE_NO_SUCH)
check_symbol_exists(strdup string.h HAVE_STRDUP)
check_c_source_compiles("int main(void) { return sizeof(void *) == 8 ? 0 : 1; }" COMPILES)
cmake_host_system_information(RESULT platform QUERY OS_PLATFORM)
cmake_host_system_information(RESULT system QUERY OS_NAME)
message(STATUS "${CMAKE_HOST_SYSTEM_PROCESSOR} ${CMAKE_SYSTEM_PROCESSOR} ${platform} ${system} ${CMAKE_LIBRARY_ARCHITECTURE}")
message(STATUS "${CMAKE_COMMAND} ${CMAKE_ROOT} ${CMAKE_SIZEOF_VOID_P} ${CMAKE_INSTALL_LIBDIR}")
find_program(SHELL_PATH sh)
find_library(MATH m)
string(REGEX REPLACE "([a-z]+)([0-9]+)" "\\2-\\1" turned "abc123 def456")
string(SHA256 hash "text")
file(GLOB found RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.txt *.c)
list(SORT found)
math(EXPR sum "0x10 + 5 * 3" OUTPUT_FORMAT HEXADECIMAL)
message(STATUS "${turned} ${hash} ${found} ${sum} ${SHELL_PATH} ${MATH}")
configure_file(config.h.in config.h)
add_library(part STATIC part.c)
target_include_directories(part PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
add_executable(whole main.c)
target_link_libraries(whole PRIVATE part)
set_target_properties(part PROPERTIES POSITION_INDEPENDENT_CODE ON)
add_custom_command(OUTPUT made.txt COMMAND ${CMAKE_COMMAND} -E echo made > made.txt DEPENDS part)
add_custom_target(make-text ALL DEPENDS made.txt)
install(TARGETS whole DESTINATION ${CMAKE_INSTALL_BINDIR})
enable_testing()
add_test(NAME runs COMMAND whole)
)cmake";
constexpr std::string_view config_h =
    "#cmakedefine HAVE_STDINT 1\n#cmakedefine HAVE_NO_SUCH\n#define VERSION \"@PROJECT_VERSION@\"\n";
constexpr std::string_view part_c = "#include \"config.h\"\nconst char *version(void) { return VERSION; }\n";
constexpr std::string_view main_c =
    "#include <stdio.h>\nconst char *version(void);\nint main(void) { return puts(version()) < 0; }\n";
constexpr std::string_view script_cmake = R"cmake(set(text "a;b;c")
foreach(word IN LISTS text)
  message("${word}")
endforeach()
function(twice value result)
  math(EXPR doubled "${value} * 2")
  set(${result} ${doubled} PARENT_SCOPE)
endfunction()
twice(21 answer)
file(WRITE out.txt "${answer}\n")
file(READ words.txt words LIMIT 40)
string(LENGTH "${words}" length)
execute_process(COMMAND uname -m OUTPUT_VARIABLE machine)
cmake_host_system_information(RESULT platform QUERY OS_PLATFORM)
message("${answer} ${length} ${machine} ${platform} $ENV{HOME} ${CMAKE_HOST_SYSTEM_NAME}")
if(length LESS 40 AND words MATCHES "^(.)")
  message(FATAL_ERROR "short: ${CMAKE_MATCH_1}")
endif()
)cmake";
/// Of what it makes, logs have names in them that are drawn by lot.
constexpr std::string_view configured = "$ sh -c 'cmake -S . -B made -DCMAKE_BUILD_TYPE=Release -G \"Unix "
                                        "Makefiles\" && rm -f made/CMakeFiles/*.log "
                                        "made/CMakeFiles/*.yaml'";

std::vector<Recipe> make() {
    std::vector<Recipe> recipes;
    const auto text = text_corpus();
    const auto with = [&text](std::vector<InputFile> files) {
        files.insert(files.begin(), text.begin(), text.end());
        return files;
    };
    recipes.push_back(
        {{"pkgconf", "pkg-config"},
         "--version",
         with({{"lib.pc", lib_pc}, {"other.pc", other_pc}, {"system.pc", system_pc}}),
         {{"--cflags --libs ./lib.pc"},
          {"--modversion ./lib.pc"},
          {"--libs --static --with-path=. ./lib.pc", Kind::guarded},
          {"--variable=libdir ./lib.pc"},
          {"--with-path=. --exists lib other", Kind::guarded},
          {"$ sh -c 'PKG_CONFIG_PATH=. pkg-config --exists lib other'"},
          {"$ sh -c 'PKG_CONFIG_PATH=. pkg-config --print-requires-private --cflags --libs lib'"},
          {"--exists no-such-package", Kind::fails},
          {"--cflags no-such-package", Kind::fails},
          {searched},
          {of_system, Kind::any},
          {"--variable=pc_path pkg-config", Kind::guarded},
          {"--list-all", Kind::any}}});
    recipes.push_back({{"cmake"},
                       "--version",
                       with({{"CMakeLists.txt", lists_cmake},
                             {"config.h.in", config_h},
                             {"part.c", part_c},
                             {"main.c", main_c},
                             {"script.cmake", script_cmake}}),
                       {{"-P script.cmake"},
                        {"-E capabilities"},
                        {"-E compare_files old.txt new.txt", Kind::fails},
                        {"-E sha256sum words.txt table.txt"},
                        {"-E env A=b sh -c 'echo $A'"},
                        {"-E tar cf made.tar --format=gnutar --mtime=2001-02-03 words.txt"},
                        {"-P no-such-file.cmake", Kind::fails},
                        {configured},
                        {"--build made"},
                        {"./made/whole"},
                        {"--install made --prefix ./installed"},
                        {"--build made --target no-such-target", Kind::fails}}});
    return recipes;
}

} // namespace

const std::vector<Recipe> &project_recipes() {
    static const std::vector<Recipe> recipes = make();
    return recipes;
}

} // namespace frank::verify

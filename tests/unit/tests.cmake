# plan/: values and functions.
frank_test(unit arch_test frank-plan)
target_compile_definitions(unit-arch_test PRIVATE FRANK_COMPLETION="${PROJECT_SOURCE_DIR}/client/frankctl.bash")
frank_test(unit bind_test frank-plan)
frank_test(unit binfmt_test frank-plan)
# Ten million headers: this one is to be quick.
set_source_files_properties(unit/binfmt_test.cpp PROPERTIES COMPILE_OPTIONS -O2 SKIP_PRECOMPILE_HEADERS ON)
frank_test(unit workaround_test frank-plan)
frank_test(unit wide_numbers_test frank-plan)
target_compile_definitions(unit-workaround_test PRIVATE FRANK_TEST_CONF="${PROJECT_SOURCE_DIR}/conf")
frank_test(unit board_test frank-plan)
target_compile_definitions(unit-board_test PRIVATE FRANK_TEST_CONF="${PROJECT_SOURCE_DIR}/conf")
frank_test(unit breakage_test frank-plan)
frank_test(unit compiler_cache_test frank-plan)
frank_test(unit config_test frank-plan)
frank_test(unit elf_test frank-plan)
frank_test(unit emulator_version_test frank-plan)
frank_test(unit elf_compare_test frank-plan)
frank_test(unit glibc_test frank-plan)
frank_test(unit host_table_test frank-plan)
frank_test(unit exec_table_test frank-plan)
frank_test(unit twin_test frank-plan)
frank_test(unit accel_record_test frank-plan)
frank_test(unit printable_test frank-plan)
frank_test(unit resource_limits_test frank-plan)
frank_test(unit root_needs_test frank-plan)
frank_test(unit session_name_test frank-plan)
frank_test(unit session_settings_test frank-plan)
frank_test(unit spawn_request_test frank-plan)

# verify/: what of it runs nothing.
file(GLOB verify_recipes CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/verify/recipe*.cpp ${PROJECT_SOURCE_DIR}/daemon/verify/corpus*.cpp)
# A library, so that the product's text is not compiled with the tests' precompiled header: clang-tidy cannot read g++'s.
add_library(frank-verify-recipes STATIC ${verify_recipes})
target_link_libraries(frank-verify-recipes PRIVATE frank-options frank-sanitize)
frank_test(unit verify_recipe_test frank-verify-recipes)

# tree/: what of it needs no tree.
frank_test(unit apt_progress_test frank-tree-work)
frank_test(unit member_test frank-tree-work)
frank_test(unit os_release_test frank-plan)

include(${CMAKE_CURRENT_LIST_DIR}/launch_tests.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/session_tests.cmake OPTIONAL)

include(${CMAKE_CURRENT_LIST_DIR}/client_tests.cmake OPTIONAL)

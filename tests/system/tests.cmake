# The system tier is run by ./dev test through tests/system/run.sh: it needs root, minutes and root file systems, and
# counts its own tests. What can be checked without them is a test here.
find_program(BATS bats)
if(BATS)
    add_test(NAME system:files-are-whole COMMAND ${BATS} --count --recursive ${CMAKE_CURRENT_LIST_DIR})
    set_tests_properties(system:files-are-whole PROPERTIES LABELS unit)
endif()

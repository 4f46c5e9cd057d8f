# frank-tree on hostile and good trees.
foreach(name tree_unpack_test tree_hostile_test tree_inspect_test tree_empty_test tree_bootstrap_test tree_twins_test)
    frank_test(kernel ${name} PkgConfig::ARCHIVE)
    target_compile_definitions(kernel-${name} PRIVATE FRANK_TREE="$<TARGET_FILE:frank-tree>")
    add_dependencies(kernel-${name} frank-tree)
endforeach()
target_compile_definitions(kernel-tree_twins_test PRIVATE FRANK_MACHINE="$<TARGET_FILE:frank-machine>"
                                                          FRANK_GIT="$<TARGET_FILE:frank-git>")
add_dependencies(kernel-tree_twins_test frank-machine frank-git)

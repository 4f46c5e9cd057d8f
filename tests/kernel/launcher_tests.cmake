# frank-launcher's own code with the real guest programs, copied side by side as they are when installed.
frank_test(kernel launcher_test frank-hands)
frank_test(kernel hostile_image_test frank-hands)
frank_test(kernel launcher_arches_test frank-hands)
frank_test(kernel host_table_test frank-hands)
set(beside ${PROJECT_BINARY_DIR}/beside)
add_custom_target(frank-beside ALL
    COMMAND ${CMAKE_COMMAND} -E make_directory ${beside}
    COMMAND ${CMAKE_COMMAND} -E copy_if_different $<TARGET_FILE:frank-init> $<TARGET_FILE:frank-exec>
            $<TARGET_FILE:frank-tree> $<TARGET_FILE:frank-net> ${beside})
add_dependencies(kernel-launcher_test frank-beside)
add_dependencies(kernel-hostile_image_test frank-beside)
add_dependencies(kernel-launcher_arches_test frank-beside)
target_compile_definitions(kernel-launcher_test PRIVATE FRANK_BESIDE="${beside}")
target_compile_definitions(kernel-hostile_image_test PRIVATE FRANK_BESIDE="${beside}")
target_compile_definitions(kernel-launcher_arches_test PRIVATE FRANK_BESIDE="${beside}")
add_dependencies(kernel-host_table_test frank-beside)
target_compile_definitions(kernel-host_table_test PRIVATE FRANK_BESIDE="${beside}")
frank_test(kernel network_test frank-hands)
add_dependencies(kernel-network_test frank-beside)
target_compile_definitions(kernel-network_test PRIVATE FRANK_BESIDE="${beside}")
frank_test(kernel launcher_bind_test frank-hands)
add_dependencies(kernel-launcher_bind_test frank-beside)
target_compile_definitions(kernel-launcher_bind_test PRIVATE FRANK_BESIDE="${beside}")

# frank-verify on stand-ins for tools and their twins.
frank_test(kernel verify_test)
target_compile_definitions(kernel-verify_test PRIVATE FRANK_VERIFY="$<TARGET_FILE:frank-verify>")
add_dependencies(kernel-verify_test frank-verify)

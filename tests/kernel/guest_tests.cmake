# The static guest programs, run for real: frank-init as PID 1, frank-exec through a binfmt table of its own.
foreach(name guest_spawn_test guest_terminal_test guest_control_test guest_hostile_test guest_exec_test
             guest_arches_test guest_loader_test guest_watch_test guest_look_test guest_rules_test)
    frank_test(kernel ${name} frank-sys)
    add_dependencies(kernel-${name} frank-init frank-exec)
    target_compile_definitions(kernel-${name} PRIVATE FRANK_INIT="$<TARGET_FILE:frank-init>"
                                                      FRANK_EXEC="$<TARGET_FILE:frank-exec>")
endforeach()
target_compile_definitions(kernel-guest_arches_test PRIVATE FRANK_BOARDS="${PROJECT_SOURCE_DIR}/conf/boards.d")

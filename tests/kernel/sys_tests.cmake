# The small wrappers of the kernel. Most need no privilege; they are here because they ask the real kernel.
frank_test(kernel event_loop_test frank-sys)
frank_test(kernel file_test frank-sys)
frank_test(kernel message_socket_test frank-sys)
frank_test(kernel program_test frank-sys)
frank_test(kernel emulator_watch_test frank-session)

frank_test(unit mount_plan_test frank-plan)
frank_test(unit launch_request_test frank-plan)
frank_test(unit probe_elf_test frank-plan)

# The ledger against the fake machine, and what it is made of.
foreach(name session_id_ranges_test session_texts_test session_store_test session_create_test session_undo_test
        session_run_test session_jobs_test session_start_test session_arches_test session_destroy_test session_recover_test
        session_hostile_test session_emulator_test session_board_test session_workaround_test session_acceleration_test
        session_accel_wish_test session_storage_test session_watch_test session_host_table_test session_findings_test
        session_launcher_link_test session_bind_test session_cache_test session_limits_test session_layer_test session_throw_away_test
        session_llvm_test)
    frank_test(unit ${name} frank-session)
endforeach()

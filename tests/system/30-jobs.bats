#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox. It kills processes and mounts.
# Jobs that outlive the client that asked for them.

setup() { load helper; }

@test "--detach prints the job's number alone; attach shows its output and ends with its status" {
    run --separate-stderr frank run arm64 --detach -- sh -c 'echo first; sleep 1; echo last; exit 42'
    [ "$status" -eq 0 ]
    [[ $output =~ ^[0-9]+$ ]]
    [ -z "$stderr" ]
    local job=$output
    frank jobs | grep -w "$job" | grep -w running
    run frank attach "$job"
    [ "$status" -eq 42 ]
    [ "$output" = $'first\nlast' ]
    # Again, now that it has ended.
    run frank attach "$job"
    [ "$status" -eq 42 ]
    [ "$output" = $'first\nlast' ]
    [ "$(frank log "$job")" = $'first\nlast' ]
    frank jobs --format json | python3 -m json.tool >/dev/null
}

@test "log -f follows to the end" {
    local job
    job=$(frank run arm64 --detach -- sh -c 'for i in 1 2 3; do echo $i; sleep 0.3; done')
    run timeout 30 as-user frankdemo frankctl log "$job" -f
    [ "$status" -eq 0 ]
    [ "$output" = $'1\n2\n3' ]
}

@test "cancel ends a job, even one that ignores SIGTERM" {
    local job
    job=$(frank run arm64 --detach -- sleep 1000)
    frank cancel "$job"
    run timeout 30 as-user frankdemo frankctl attach "$job"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    job=$(frank run arm64 --detach -- sh -c 'trap "" TERM; while :; do sleep 0.2; done')
    sleep 0.5
    frank cancel "$job"
    run timeout 30 as-user frankdemo frankctl attach "$job"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
    run frank run arm64 -- ps -eo args=
    [[ $output != *"sleep 1000"* && $output != *"sleep 0.2"* ]]
}

@test "a job outlives its client" {
    as-user frankdemo frankctl run arm64 -- sh -c 'touch /tmp/begun; sleep 2; touch /tmp/finished' &
    local client=$!
    eventually 20 inside test -e /tmp/begun
    kill -KILL "$client"
    wait "$client" || true
    eventually 20 inside test -e /tmp/finished
    inside rm /tmp/begun /tmp/finished
}

@test "jobs of others and jobs that never were are refused" {
    local job
    job=$(frank run arm64 --detach -- true)
    refused as-user frankother frankctl attach "$job"
    refused as-user frankother frankctl log "$job"
    refused as-user frankother frankctl cancel "$job"
    frank_refused attach 999999999
    frank_refused attach ../../etc/passwd
    frank_refused log ''
    [ "$(as-user frankother frankctl jobs --format json)" = "[]" ]
}

@test "stop ends the jobs of its session, and attach says so" {
    local job
    job=$(frank run arm64 --detach -- sleep 1000)
    frank stop arm64
    run timeout 30 as-user frankdemo frankctl attach "$job"
    [ "$status" -ne 0 ]
    [ "$status" -ne 124 ]
}

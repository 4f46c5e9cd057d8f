# shellcheck shell=bash disable=SC2154 # what main.sh sets
# Limits of a session, in the cgroup that systemd delegates to its unit (cgroup v2).
groups_of_sessions() { find /sys/fs/cgroup/frankend.slice -path '*/frank-launcher@*/session' -type d; }
in_group() { cat "$(groups_of_sessions)/$1"; }
used() { frank limit small --format json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | tail -1; }
# As much memory as its argument says, all of it written to.
takes() { frank run small -- dd if=/dev/zero of=/dev/null bs="$1" count=1; }
ends_for_want_of_memory() {
    local status=0
    takes 160M >/tmp/takes.log 2>&1 || status=$?
    cat /tmp/takes.log
    test "$status" -eq 137 && grep -q "out of memory: .* at the session's limit of 96 MiB; raise it: frankctl limit small memory=192M" /tmp/takes.log
}
# 20 shells that wait, as processes of qemu's, of which each has two threads.
many_processes() { frank run small -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 3 & done; wait'; }
no_more_than() {
    many_processes >/tmp/many.log 2>&1 || true # what could not be forked is what it is about
    cat /tmp/many.log
    test "$(awk '$1 == "max" { print $2 }' "$(groups_of_sessions)/pids.events")" -gt 0 && grep -qi 'fork\|unavailable' /tmp/many.log
}
# Of a loop that never waits: how many hundredths of one processor it gets. Both clocks tell microseconds.
busy() {
    local used begin
    used=$(used cpu)
    begin=${EPOCHREALTIME/./}
    frank run small -- timeout 10 sh -c 'while :; do :; done' >&2
    used=$(($(used cpu) - used))
    echo $((used * 100 / (${EPOCHREALTIME/./} - begin)))
}
# In seconds.
writing() {
    local begin=$SECONDS
    frank run small -- dd if=/dev/zero of=/written bs=1M count=8 conv=fsync >&2
    echo $((SECONDS - begin))
}

check "a session is made with limits" frank create small "$image" --limit memory=96M --limit tasks=30 --limit cpu=50%
check "which it shows" says '^limits: *memory 96 MiB, cpu 50%, tasks 30$' frank show small
check "it starts" frank start small
check "it has a group of its own" says '^1$' eval 'groups_of_sessions | wc -l'
check "whose limit of memory is the kernel's" says '^100663296$' in_group memory.max
check "and of the processor" says '^50000 100000$' in_group cpu.max
check "and of tasks" says '^30$' in_group pids.max
check "what watches over it is not in it" eval '[ -n "$(cat "$(groups_of_sessions)/../supervisor/cgroup.procs")" ]'
check "what it uses is told" says '^memory +96 MiB +[0-9.]+ [KM]iB$' frank limit small
check "a command that needs more memory is ended, and says why" ends_for_want_of_memory
check "which the job's record says too" says '"breakage": *"out-of-memory"' frank jobs --all --format json
check "the session goes on" says '^aarch64$' frank run small -- uname -m
check "how many were ended is told" says 'the kernel ended 1 of its processes for want of memory' frank limit small
check "the limit is raised while it runs" eval 'frank limit small memory=512M && says "^536870912$" in_group memory.max'
check "and the command does what it is to do" takes 160M
check "no more tasks than the limit" no_more_than
check "and it goes on when they are gone" eventually 20 says '^aarch64$' frank run small -- uname -m
check "a limit is taken away" eval 'frank limit small tasks=none && says "^max$" in_group pids.max'
check "half a processor is no more than half a one" eval '[ "$(busy)" -lt 56 ]'
check "writing does not wait" eval '[ "$(writing)" -lt 4 ]'
check "a limit of writing and reading" frank limit small io=1M
check "writing waits for it" eval '[ "$(writing)" -ge 5 ]'
check "frankend's restart changes none of it" eval 'systemctl restart frankend.service && says "^536870912$" in_group memory.max &&
    frank limit small memory=256M && says "^268435456$" in_group memory.max'
check "nor does a start again" eval 'frank stop small && frank start small && says "^268435456$" in_group memory.max'
check "one of which nothing could run is refused" says 'the limit of tasks must be from 8 to' eval '! frank limit small tasks=3'
check "with the session its group goes" eval 'frank destroy small --force && eventually 10 eval "[ -z \"\$(groups_of_sessions)\" ]"'

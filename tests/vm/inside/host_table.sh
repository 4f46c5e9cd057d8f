# shellcheck shell=bash disable=SC2154 # what main.sh sets
# Linux 6.1 has one binfmt table for the whole machine, and Debian's packages have registered in it before us.
before=$(registrations)
as_before() {
    registrations | diff <(printf '%s\n' "$before") -
    test ! -e "$table/frank-aarch64" && test ! -e /run/binfmt.d/zz-frankend.conf && test ! -e /run/modprobe.d/zz-frankend.conf
}
entry_is_ours() { grep -q '^interpreter /var/lib/frank-launcher/binfmt/frank-exec-aarch64$' "$table/frank-aarch64" 2>/dev/null; }
kill_frankend() {
    local old
    old=$(main_pid)
    kill -KILL "$old"
    eventually 20 eval '[ "$(main_pid)" != 0 ] && [ "$(main_pid)" != "'"$old"'" ] && frank list >/dev/null'
}
# Every line of it is at least one foreign execve(2): a shell, tcc, busybox. It takes the better part of a minute.
write_build() {
    frank run old -- sh -c 'mkdir -p /root/b && cat >/root/b/Makefile' <<'END'
all: $(foreach n,1 2 3 4 5 6 7 8,$(n).o)
	@echo built
%.o:
	@echo 'int f$*(void) { return $*; }' >$*.c
	@/bin/busybox true; /bin/busybox test -s $*.c; /bin/busybox cat $*.c >/dev/null
	tcc -c -o $@ $*.c
	@/bin/busybox test -s $@
END
}
start_build() { job=$(frank run --detach old -- sh -c 'cd /root/b && rm -f *.o && exec make'); }
build_runs() { frank jobs --format json | grep -q '"state": *"running"'; }
build_is_good() {
    local status=0
    frank attach "$job" >"/tmp/build-$job.log" 2>&1 || status=$?
    tail -3 "/tmp/build-$job.log"
    test "$status" -eq 0 && grep -q '^built$' "/tmp/build-$job.log"
}

check "a session is made from an archive" frank create old "$image"
check "nothing of ours is registered before a session runs" as_before
check "its programs run" says '^aarch64$' frank run old -- uname -m
check "they come by an entry of ours" entry_is_ours
check "which never has flag C" says '^flags: PF$' cat "$table/frank-aarch64"
check "Debian's own entries are as they were" eval \
    'diff <(printf "%s\n" "$before") <(registrations | grep -v "^frank-")'
check "show says by which table, and that sudo does not work" says 'binfmt:.*sudo' frank show old
check "list says who gets arm64 programs" says '^frank-aarch64 +enabled +PF +arm64 +frankend, for sessions' frank binfmt list
frank run old -- cat /bin/busybox >/tmp/busybox && chmod 755 /tmp/busybox
check "outside of a session the same program gets plain qemu" says '^outside$' /tmp/busybox echo outside
check "check says who would take it" says '^frank-aarch64' frank binfmt check /tmp/busybox

check "a build is written" write_build
start_build
sleep 3
check "the build runs" build_runs
for _ in 1 2 3; do
    systemctl restart systemd-binfmt.service
    sleep 1
done
check "systemd-binfmt was restarted three times in the middle of it" build_runs
check "and it does not fail" build_is_good
check "the entry of ours is there again" eventually 10 entry_is_ours

start_build
sleep 3
echo -1 >"$table/status"
check "another tool's reset in the middle of a build is mended" eventually 10 entry_is_ours
check "and that build does not fail either" build_is_good
systemctl restart systemd-binfmt.service # Debian's own were reset as well, and not by us

start_build
sleep 2
check "frankend is killed in the middle of a build" kill_frankend
systemctl restart systemd-binfmt.service
check "and that build does not fail either" build_is_good
check "the session stops" frank stop old
check "nothing of ours is left, and all else is as before" eventually 10 as_before

check "programs outside of sessions: enabled, the name is ours" eval \
    'frank binfmt enable arm64 && grep -q "^flags: PF$" "$table/qemu-aarch64" && grep -q "^interpreter /usr/bin/qemu-aarch64" "$table/qemu-aarch64"'
check "and they run" says '^outside$' /tmp/busybox echo outside
systemctl restart systemd-binfmt.service
check "a restart of systemd-binfmt leaves it so" eventually 10 eval 'grep -q "^flags: PF$" "$table/qemu-aarch64"'
check "frankend is killed" kill_frankend
check "disabled after that, Debian's own is put back exactly" eval 'frank binfmt disable arm64 && eventually 10 as_before'

frank binfmt enable arm64
systemctl stop frankend.service frankend-binfmt.service
check "stopped, as at shutdown, nothing of ours is left" as_before
check "and a start has it again" eval 'frank list; eventually 10 grep -q "^flags: PF$" "$table/qemu-aarch64"'
frank binfmt disable arm64
frank destroy old
check "at the end all is as it was" eventually 10 as_before

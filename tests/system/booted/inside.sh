#!/bin/bash
# CAUTION: runs as root in the container of tests/system/booted/run.sh only: it adds users and kills services.
# A machine with systemd, from installation to the removal of the last session. Prints TAP.
# shellcheck disable=SC2034 # what is used inside quotes only
set -uo pipefail
# shellcheck source=tests/support/tap.sh
. /usr/local/lib/frankend-test/tap.sh

frank() { runuser -u pi -- frankctl "$@"; }
active() { systemctl is-active --quiet "$1"; }
launchers() { systemctl list-units --plain --no-legend --state=running 'frank-launcher@*' | wc -l; }
has_launchers() { test "$(launchers)" -eq "$1"; }
main_pid() { systemctl show -P MainPID frankend.service; }
state() { frank show "$1" --format json | grep -Eo '"state": *"[a-z]+"' | cut -d'"' -f4; }

if [ -e /var/lib/frankend-test-rebooted ]; then
    # shellcheck source=tests/system/booted/again.sh
    . /usr/local/lib/frankend-test/again.sh
    exit 0
fi
useradd -m pi

check "the service does not run before it is called" test "$(systemctl is-active frankend.service)" = inactive
check "an ordinary user's call starts it, and its launcher's socket" eval \
    'frank list; active frankend.service; active frank-launcher.socket'
check "nobody but frankend can have its name" eval \
    '! runuser -u pi -- busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus RequestName su org.frankend1 0'
check "nobody but frankend can reach the launcher" test "$(stat -c %a:%U /run/frank-launcher.socket)" = 600:frankend
check "trees lie where root alone can enter" test "$(stat -c %a:%U /var/lib/frank-launcher)" = 700:root
check "somebody who does not sit at the machine is refused" exits 125 frank create rpi3 /arm64.tar

cp /usr/share/doc/frankend/examples/50-frankend-group.rules /etc/polkit-1/rules.d/
chmod 0644 /etc/polkit-1/rules.d/50-frankend-group.rules
usermod -aG frankend pi
systemctl restart polkit.service

check "the example rule lets members of the group create" frank create rpi3 /arm64.tar
check "it runs as what it is" test "$(frank run rpi3 -- uname -m)" = aarch64
check "exit statuses come back" exits 77 frank run rpi3 -- sh -c 'exit 77'
check "signals come back" exits 143 frank run rpi3 -- sh -c 'kill -TERM $$'
check "a closed reader ends the command with SIGPIPE" eval \
    'set +e; timeout 20 runuser -u pi -- frankctl run rpi3 -- sh -c "while :; do echo y; done" | head -n 1 >/dev/null
     test "${PIPESTATUS[0]}" -eq 141'
check "the command's mask and signals are plain" eval \
    'test "$(frank run rpi3 -- sh -c umask)" = 0022; test "$(frank run rpi3 -- sh -c "trap")" = ""'
check "sudo works inside" eval \
    'frank run rpi3 -- sh -c "useradd pi; echo \"pi ALL=(ALL) NOPASSWD: ALL\" >/etc/sudoers.d/pi"
     test "$(frank run rpi3 --user pi -- sudo -n id -u)" = 0'
check "the session is a unit of its own" has_launchers 1
check "frankend is exposed to at most 0.6" systemd-analyze security --threshold=6 --no-pager frankend.service
check "frankend holds no capability" grep -E '^CapEff:\s+0+$' "/proc/$(main_pid)/status"
check "frankend does not see the trees" eval 'pid=$(main_pid); test "$pid" -gt 1
    { nsenter --target "$pid" --mount setpriv --reuid=frankend --regid=frankend --clear-groups \
        ls /var/lib/frank-launcher 2>&1 || true; } | grep -i "permission denied"'

job=$(frank run rpi3 --detach -- sh -c 'echo one; sleep 4; echo two; exit 9')
check "frankend restarts with a session alive" eval \
    'systemctl restart frankend.service; test "$(state rpi3)" = running; eventually 5 has_launchers 1'
check "the job that ran meanwhile ends as it should" eval \
    'exits 9 frank attach "$job"; test "$(frank log "$job")" = "$(printf "one\ntwo")"'
old=$(main_pid)
check "systemd brings it back when it is killed" eval \
    'kill -KILL "$old"; eventually 10 frank list; test "$(main_pid)" != "$old"; test "$(frank run rpi3 -- echo fine)" = fine'
check "kill -9 -1 inside is the session's own affair" eval \
    'old=$(main_pid); timeout 20 runuser -u pi -- frankctl run rpi3 -- sh -c "kill -9 -1" || true
     test "$(main_pid)" = "$old"; test "$(frank run rpi3 -- echo fine)" = fine'
check "the journal knows what was about a session, and about a job" eval \
    'journalctl --sync
     journalctl -q -o cat FRANK_SESSION=rpi3 | grep "^session rpi3 runs$"
     journalctl -q -o cat FRANK_SESSION=rpi3 | grep "^Spawn of .rpi3. by uid"
     test "$(journalctl -q -o cat FRANK_JOB="$job" | grep -c "^session rpi3: job $job \(of uid [0-9]* begins\|exited with 9\)$")" -eq 2
     test -z "$(journalctl -q FRANK_SESSION=none)"'
install -d -o pi -g pi -m 0700 /home/pi/src
check "a directory at home is seen inside, and what is made there is the user's" eval \
    'frank bind rpi3 /home/pi/src:/src; frank run rpi3 -- sh -c "echo x >/src/made; mount -o remount,bind,suid /src || echo kept"
     test "$(stat -c %U:%G /home/pi/src/made)" = pi:pi; frank unbind rpi3 /src; test -z "$(frank run rpi3 -- ls /src)"'
check "stop ends the unit" eval 'frank stop rpi3; eventually 10 has_launchers 0'

mkdir -p /srv/pi
tar -C /srv/pi --exclude='./dev/*' -xf /arm64.tar
check "a directory of the machine needs an administrator" exits 125 frank create inplace /srv/pi
check "an administrator uses it in place" eval \
    'frankctl create inplace /srv/pi; test "$(frankctl run inplace -- uname -m)" = aarch64'
check "another user does not see it" eval 'test -z "$(frank list | grep inplace || true)"; exits 125 frank run inplace -- true'
check "it is there after its session is not" eval 'frankctl destroy inplace --force; test -x /srv/pi/usr/bin/dpkg'

check "a client's death in the middle leaves no unit" eval \
    'timeout --signal=KILL 1 runuser -u pi -- frankctl run rpi3 -- sleep 2 || true
     frank stop rpi3; eventually 10 has_launchers 0'
check "doctor is content" frank doctor
check "a session can be started and stopped as a unit" eval \
    'systemctl start frank-session@rpi3; test "$(state rpi3)" = running
     systemctl stop frank-session@rpi3; test "$(state rpi3)" = stopped; eventually 10 has_launchers 0'
check "a session that is not there makes its unit fail, and says so" eval \
    'exits 1 systemctl start frank-session@none; journalctl --sync
     journalctl -q -o cat -u frank-session@none | grep "there is no session .none"
     systemctl reset-failed frank-session@none'

frank run rpi3 -- touch /root/kept
check "it can be enabled for the next boot" systemctl enable frank-session@rpi3
frank create unfinished /arm64.tar &
eventually 20 eval 'frank list | grep -q unfinished'
# The power goes in the middle of a creation.
echo "$number" >/var/lib/frankend-test-rebooted
echo reboot >/run/frankend-test-next
journalctl -b -q -o short-precise >/out/journal-first 2>&1

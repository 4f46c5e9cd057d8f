# shellcheck shell=bash disable=SC2154,SC2034 # what inside.sh sets
# The second boot of the booted tier's machine, which went down in the middle of a creation.
number=$(cat /var/lib/frankend-test-rebooted)

check "after a reboot the enabled session runs, before anybody has called or logged in" eval \
    'eventually 60 active frank-session@rpi3; eventually 60 has_launchers 1; test -z "$(loginctl list-sessions --no-legend)"'
check "it is as it was" eval 'test "$(state rpi3)" = running; frank run rpi3 -- test -e /root/kept'
check "what was interrupted is whole or not there at all" eval \
    'frank list; if frank show unfinished; then test "$(frank run unfinished -- uname -m)" = aarch64; frank destroy unfinished --force; fi'
check "destroy removes the files" eval 'systemctl disable --now frank-session@rpi3; frank destroy rpi3 --force
     test -z "$(find /var/lib/frank-launcher -mindepth 1 ! -path /var/lib/frank-launcher/binfmt)"'
check "no unit of ours has failed" eval 'test -z "$(systemctl --failed --plain --no-legend "frank*")"'
check "frankend had nothing grave to say" eval 'test -z "$(journalctl --unit=frankend.service -p err -q -o cat | grep -v "^frankend.service: \(Main\|Failed\)")"'
check "manuals and completion are installed" ls /usr/share/man/man1/frankctl.1 /usr/share/man/man8/frankend.8 \
    /usr/share/man/man5/frankend.toml.5 /usr/share/bash-completion/completions/frankctl
journalctl -b -q -o short-precise >/out/journal 2>&1
plan

# shellcheck shell=bash disable=SC2154 # what main.sh sets
# The machine is what the tier is for, and the service comes up in it as in any other.
check "the kernel is Debian 12's, before private binfmt tables" says '^6\.1\.' uname -r
check "Debian's own registrations are in force" says '^interpreter .*/aarch64-binfmt-P|^interpreter .*/qemu-aarch64' \
    cat "$table/qemu-aarch64"
check "the service does not run before it is called" test "$(systemctl is-active frankend.service)" = inactive
check "a call starts it" eval 'frank list; active frankend.service; active frank-launcher.socket'
check "doctor says what the kernel lacks" says 'binfmt.*6\.7' frank doctor

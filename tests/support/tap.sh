# shellcheck shell=bash
# TAP from a shell program that is the only test of its machine. Sourced; whoever sources it ends with `plan`.
# shellcheck source=tests/support/eventually.sh
. "${BASH_SOURCE[0]%/*}/eventually.sh"
number=0

check() { # NAME COMMAND...
    local name=$1 output status
    shift
    number=$((number + 1))
    # Not as a condition: bash would not stop at a command that fails. Traced, so that a failure says where.
    output=$(exec 2>&1 </dev/null; set -ex; "$@")
    status=$?
    if [ "$status" -eq 0 ]; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        printf '%s\n' "$output" | sed 's/^/# /'
    fi
}

skip() { # NAME WHY
    number=$((number + 1))
    echo "ok $number - $1 # skip $2"
}

plan() { echo "1..$number"; }

exits() { # STATUS COMMAND...
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    echo "exit status $status, wanted $wanted"
    test "$status" -eq "$wanted"
}

says() { # EXTENDED-REGULAR-EXPRESSION COMMAND...: its output, errors too, whatever its status
    local pattern=$1 output
    shift
    output=$("$@" 2>&1) || true
    printf '%s\n' "$output"
    grep -Eq -- "$pattern" <<<"$output"
}

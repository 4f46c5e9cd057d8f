#!/bin/sh
# The program frankend itself on a private bus: its options, its one instance, its end.
set -eu

frankend=$1
tests=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)

if [ -z "${FRANK_PRIVATE_BUS_PID-}" ]; then
    exec "$tests/with-private-bus.sh" "$0" "$frankend"
fi

directory=$(mktemp -d "${TMPDIR:-/tmp}/frankend-test.XXXXXX")
first=
trap '[ -z "$first" ] || kill -9 "$first" 2>/dev/null || :; rm -rf "$directory"' EXIT
mkdir "$directory/state" "$directory/runtime"

fail() {
    echo "FAILED: $*" >&2
    [ ! -e "$directory/log" ] || cat "$directory/log" >&2
    exit 1
}
# status WANTED COMMAND...: its output is in $directory/out
status() {
    wanted=$1
    shift
    got=0
    "$@" >"$directory/out" 2>&1 || got=$?
    [ "$got" -eq "$wanted" ] || fail "$* ended with $got, not $wanted: $(cat "$directory/out")"
}
says() {
    [ "$(cat "$directory/out")" = "$1" ] || fail "said \"$(cat "$directory/out")\", not \"$1\""
}
serve() {
    : >"$directory/log" # of the one before: ours is opened by the child, which may come later than the first look
    "$frankend" --config "$directory/ok.toml" --state "$directory/state" --runtime "$directory/runtime" \
        --launcher "$directory/no-launcher" 2>"$directory/log" &
    first=$!
    tries=0
    until grep -q 'ready, version' "$directory/log"; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ] || fail "frankend did not become ready"
        sleep 0.01
    done
}
ended() { # WANTED
    got=0
    wait "$first" || got=$?
    first=
    [ "$got" -eq "$1" ] || fail "frankend ended with $got, not $1"
}

# settings
printf '[limits]\nsessions = 3\n' >"$directory/ok.toml"
printf '[limits]\nsesions = 3\n' >"$directory/typo.toml"
status 0 "$frankend" --check-config "$directory/ok.toml"
says "$directory/ok.toml: ok"
status 0 "$frankend" --check-config "$tests/../conf/frankend.toml"
sed 's/^#\([a-z]\)/\1/' "$tests/../conf/frankend.toml" >"$directory/defaults.toml"
status 0 "$frankend" --check-config "$directory/defaults.toml"
status 1 "$frankend" --check-config "$directory/typo.toml"
[ "$(wc -l <"$directory/out")" -eq 1 ] || fail "a refusal is one line"
grep -q "^$directory/typo.toml:2:.*sesions" "$directory/out" || fail "no line and column: $(cat "$directory/out")"
mkdir "$directory/boards.d"
printf 'title = "Mine"\n[arm64]\ncpu = 3\n' >"$directory/boards.d/mine.toml"
status 1 "$frankend" --check-config "$directory/ok.toml"
grep -q "^$directory/boards.d/mine.toml:3:.*cpu" "$directory/out" || fail "no line of the board: $(cat "$directory/out")"
printf 'title = "Mine"\n[arm64]\n' >"$directory/boards.d/mine.toml"
status 0 "$frankend" --check-config "$directory/ok.toml"
mkdir "$directory/workarounds.d"
printf 'why = "x"\n[match]\npaths = ["/usr/bin/toy", "bin/toy"]\n[environment]\nTOY = "1"\n' >"$directory/workarounds.d/toy.toml"
status 1 "$frankend" --check-config "$directory/ok.toml"
[ "$(wc -l <"$directory/out")" -eq 1 ] || fail "a refusal is one line"
grep -q "^$directory/workarounds.d/toy.toml:3:9: \"paths\" in \[match\] has \"bin/toy\"" "$directory/out" ||
    fail "no line and column of the work-around: $(cat "$directory/out")"
sed -i 's:"bin/toy":"/opt/*/toy":' "$directory/workarounds.d/toy.toml"
status 0 "$frankend" --check-config "$directory/ok.toml"
status 0 "$frankend" --data "$tests/../conf" --check-config "$directory/ok.toml"
status 1 "$frankend" --check-config "$directory/none.toml"
says "$directory/none.toml: there is no such file"
status 1 "$frankend" --check-config "$directory"
status 1 "$frankend" --config "$directory/none.toml"
status 2 "$frankend" --no-such-option
status 0 "$frankend" --version
status 0 "$frankend" --help

# one instance, under its own name, undumpable, with one thread, and nothing of it open to others
serve
status 1 "$frankend" --config "$directory/ok.toml" --state "$directory/state" --runtime "$directory/runtime"
[ "$(sed -n 's/^Threads:[[:space:]]*//p' "/proc/$first/status")" = 1 ] || fail "more than one thread"
found=$(find "$directory/state" "$directory/runtime" -mindepth 1 -perm /077)
[ -z "$found" ] || fail "others may look at $found"
kill -TERM "$first"
ended 0
serve
kill -INT "$first"
ended 0

# without its bus it is of no use
serve
kill "$FRANK_PRIVATE_BUS_PID"
ended 1
echo "all is well"

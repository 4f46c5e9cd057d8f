# For tests of what runs natively in the session $arch.
load ../helper

arch=${FRANK_TEST_ARCH:-arm64}
inside() { as-user frankdemo frankctl run "$arch" -- "$@"; }

# TOOL KEY: of `frankctl accel`; TOOL is the end of its path.
of_tool() {
    frank accel "$arch" --format json | python3 -c '
import json, sys
for tool in json.load(sys.stdin)["tools"]:
    if tool["tool"].endswith(sys.argv[1]):
        print(tool[sys.argv[2]])' "$1" "$2"
}
is_native() { [ "$(of_tool "$1" native)" = True ]; }

#!/bin/bash
# dev test [TIER...]: everything that is tested, tier after tier, and one line about each. Each tier writes TAP or a ctest
# report; the counts come from there. Fails when a test failed, or when a tier that can run here ran no test.
set -uo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
cd "$repo" || exit 2
tests=$repo/tests
tiers=(unit kernel bus system booted vm lint asan)
[ $# -eq 0 ] || tiers=("$@")
results=$repo/build/test-results
build=$(build_dir)
root=
[ "$(id -u)" -ne 0 ] || root=yes

for tier in "${tiers[@]}"; do
    case $tier in
    unit | kernel | bus | system | booted | vm | lint | asan) ;;
    *) fail "there is no tier '$tier': take unit, kernel, bus, system, booted, vm, lint or asan" ;;
    esac
done

wants() { [[ " ${tiers[*]} " == *" $1 "* ]]; }

tests/support/deps.sh || exit 2
rm -rf "$results"
mkdir -p "$results"

# Foreign roots come from an emulated package manager, which takes minutes: it works while we compile.
images='' kinds=()
if [ -n "$root" ]; then
    if wants system || wants booted; then kinds+=(arm64 armhf); fi
    if wants vm; then kinds+=(small kernel); fi
fi
if [ ${#kinds[@]} -gt 0 ]; then
    (for kind in "${kinds[@]}"; do tests/support/root_image.sh "$kind"; done) >"$results/images.log" 2>&1 </dev/null &
    images=$!
fi
spare=() # process groups of what works in spare time
cleanup() {
    local group
    [ -z "$images" ] || kill "$images" 2>/dev/null
    for group in "${spare[@]}"; do kill -- "-$group" 2>/dev/null; done
}
trap cleanup EXIT

if [ -z "${FRANK_BUILD:-}" ]; then
    ./dev build dev || fail "the build failed"
fi

# Most tiers emulate one thing at a time and leave the other cores idle. What only compiles has those, and no test waits
# for it: a session of its own, to end all of it at once, is to the scheduler a group of its own (sched(7), autogroups),
# so that the group has to be nice too.
in_spare_time() { # COMMAND...: its process is $!
    setsid sh -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec nice -n 19 "$@"' sh "$@" </dev/null &
    spare+=($!)
}
lint='' asan=''
if wants lint; then
    in_spare_time tests/support/lint.sh --tap >"$results/lint.tap" 2>&1
    lint=$!
fi
if wants asan; then # the other compiler builds this one, so that both are kept content
    in_spare_time sh -c '[ -z "$1" ] || tail --pid="$1" -f /dev/null
        cmake --preset asan -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_CXX_COMPILER=clang++ && cmake --build --preset asan' \
        asan "$lint" >"$results/asan-build.log" 2>&1
    asan=$!
fi

# What shows a wall: an attack that gets through one time in two has got through.
once='Hostile|Authorisation|Policy|Sight|Robustness|Rules|LauncherTest|UserNetwork|bus:Bus\.'

# BUILD LABEL REPORT: the ctest tests of a label. One that fails gets a second try, since a busy machine can keep any
# process waiting longer than a test is patient; the end of the output names those that needed it.
ctest_tier() {
    local common=(--test-dir "$1" -L "^$2\$" --output-on-failure -j "$(nproc)") status=0
    ctest "${common[@]}" -E "$once" --no-tests=error --repeat until-pass:2 --output-junit "$results/$3.xml" >"$results/$3.log" ||
        status=1
    ctest "${common[@]}" -R "$once" --no-tests=error --output-junit "$results/$3-once.xml" >"$results/$3-once.log" || status=1
    cat "$results/$3.log" "$results/$3-once.log"
    return $status
}

run_unit() { ctest_tier "$build" unit unit; }
run_kernel() { ctest_tier "$build" kernel kernel; }
run_bus() { ctest_tier "$build" bus bus; }

run_lint() {
    local status=0
    wait "$lint" || status=1
    cat "$results/lint.tap"
    return $status
}

run_asan() {
    local status=0
    wait "$asan" || { cat "$results/asan-build.log"; return 1; }
    ctest_tier build/asan unit asan-unit || status=1
    ctest_tier build/asan bus asan-bus || status=1
    return $status
}

run_rooted() { # TIER PROGRAM...: a tier that is a program of its own, needs root and the images
    if [ -z "$root" ]; then
        echo "1..0 # skip the $1 tier needs root: run it with sudo" | tee "$results/$1.tap"
        return 0
    fi
    if [ -n "$images" ]; then
        wait "$images" || { cat "$results/images.log" >&2; return 1; }
        images=
    fi
    "${@:2}" | tee "$results/$1.tap"
    return "${PIPESTATUS[0]}"
}
run_system() { run_rooted system "$tests/system/run.sh" system; }
run_booted() { run_rooted booted "$tests/system/run.sh" booted; }
run_vm() { run_rooted vm "$tests/vm/run.sh"; }

# TIER: "PASSED FAILED SKIPPED" from what it wrote.
count() {
    local file passed=0 failed=0 skipped=0 t f s
    for file in "$results/$1".tap "$results/$1"*.xml; do
        case $file in
        *.tap)
            [ -e "$file" ] || continue
            s=$(grep -Ec '^ok .*# skip|^1\.\.0 # skip' "$file")
            f=$(grep -c '^not ok ' "$file")
            t=$(grep -Ec '^(not )?ok |^1\.\.0 # skip' "$file")
            # A plan that was not kept is a failure: something ended early.
            f=$((f + $(awk '/^1\.\.[0-9]+$/ { plan += substr($0, 4) } /^(not )?ok / { done++ }
                END { print (plan > done ? plan - done : 0) }' "$file")))
            t=$((t > f ? t : f))
            ;;
        *.xml)
            [ -e "$file" ] || continue
            t=$(xmllint --xpath 'string(/testsuite/@tests)' "$file")
            f=$(xmllint --xpath 'string(/testsuite/@failures)' "$file")
            s=$(xmllint --xpath 'count(/testsuite/testcase[@status="notrun" or @status="disabled"])' "$file")
            ;;
        esac
        passed=$((passed + t - f - s)) failed=$((failed + f)) skipped=$((skipped + s))
    done
    echo "$passed $failed $skipped"
}

# TIER: what failed in it, so that the end of a long output says it again.
failures() {
    local file
    for file in "$results/$1".tap "$results/$1"*.xml; do
        case $file in
        *.tap) grep -hE '^not ok |: (error|warning): ' "$file" ;;
        *.xml) xmllint --xpath '//testcase[failure]/@name' "$file" 2>/dev/null | sed -E 's/^ *name="(.*)"$/not ok - \1/' ;;
        esac
    done 2>/dev/null | head -n 20
}

# TIER: which tests of it passed at their second try only.
second_tries() {
    sed -nE 's|^ *[0-9]+/[0-9]+ Test +#[0-9]+: ([^ ]+) \.*\*\*\*(Failed\|Timeout\|Exception).*|\1|p' "$results/$1"*.log 2>/dev/null |
        while read -r name; do
            grep -qsE "^ +Test +#[0-9]+: ${name//./\\.} \\.+ +Passed" "$results/$1"*.log && echo "second try - $name"
        done
    sed -nE 's/^# (second try - .*)/\1/p' "$results/$1".tap 2>/dev/null | sort -u
}

total_passed=0 total_failed=0 total_skipped=0 lines=() failed_tiers=()
for tier in "${tiers[@]}"; do
    printf '\n=== %s ===\n' "$tier"
    began=$SECONDS status=0
    "run_$tier" || status=$?
    read -r passed failed skipped <<<"$(count "$tier")"
    note=
    # A tier may end badly without a test to blame; and one that can run here must have run something.
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        failed=1 note=' (it broke off)'
    elif [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ] && { [ -n "$root" ] || [ "${CI:-}" = true ]; }; then
        failed=1 note=' (nothing in it ran)'
    fi
    lines+=("$(printf '%-7s %4d passed, %d failed, %d skipped, %d s%s' \
        "$tier" "$passed" "$failed" "$skipped" $((SECONDS - began)) "$note")")
    [ "$failed" -eq 0 ] || failed_tiers+=("$tier")
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    total_skipped=$((total_skipped + skipped))
done

printf '\n'
for tier in "${tiers[@]}"; do
    second_tries "$tier" | sed "s/^/$tier: /"
done
for tier in "${failed_tiers[@]}"; do
    failures "$tier" | sed "s/^/$tier: /"
done
printf '%s\n' "${lines[@]}"
printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ]

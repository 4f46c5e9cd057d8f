#!/bin/bash
# dev lint: clang-format, shellcheck and clang-tidy, changing nothing. With --tap: as TAP. With --deep: two checks more,
# which are dear because they look at every header's text too, and clang's analyzer over every file, not only over the
# rooms that name it (their .clang-tidy): those with privilege, and those whose input is hostile. Three times as long.
# clang-tidy is slow: it looks at the product, not at the tests, over whose macros it takes longest, and a file is looked
# at again only when it, a header of ours that it includes, the settings or the tool have changed; what passed is
# remembered in the build directory.
set -euo pipefail
# shellcheck source=tests/support/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"
build=$(build_dir)
cd "$repo"
tap='' checks=''
for word; do
    case $word in
    --tap) tap=1 ;;
    --deep) checks='clang-analyzer-*,bugprone-reserved-identifier,performance-unnecessary-value-param' ;;
    *) fail "there is no '$word': take --tap or --deep" ;;
    esac
done

check_format() { cpp_sources | xargs -0 clang-format --dry-run -Werror; }
check_shell() { shell_sources | xargs -0 shellcheck -x; }

# FILE<tab>HASH of every C++ source that the build compiles, by what ninja knows of its headers.
tidy_keys() {
    local seed
    seed=$({ clang-tidy --version; cat .clang-tidy daemon/*/.clang-tidy; echo "$checks"; } | sha256sum)
    ninja -C "$build" -t deps | awk -v repo="$repo/" -v build="$build/" '
        /^[^ ]/ { n = 0; next }
        NF == 1 {
            path = $1
            sub(/^\.\.\/\.\.\//, repo, path) # as ccache has it, from build/PRESET
            if (path !~ /^\//) path = build path
            if (index(path, repo) != 1 && index(path, build) != 1) next
            if (n == 0 && index(path, repo "tests/") == 1) { n = -1 }
            if (n < 0) next
            if (n++ == 0) source = path
            if (index(source, build) != 1) print source "\t" path
        }' | sort -u | while IFS=$'\t' read -r source header; do
        [ ! -e "$header" ] || printf '%s\t%s\n' "$source" "$header"
    done >"$build/tidy.deps"
    cut -f2 "$build/tidy.deps" | sort -u | tr '\n' '\0' | xargs -0 sha256sum >"$build/tidy.sums"
    awk -v seed="$seed" -F'\t' '
        NR == FNR { sum[substr($0, 67)] = substr($0, 1, 64); next }
        { text[$1] = text[$1] sum[$2] }
        END { for (s in text) print s "\t" seed text[s] }' "$build/tidy.sums" "$build/tidy.deps" | sort |
        while IFS=$'\t' read -r source text; do
            printf '%s\t%s\n' "$source" "$(printf '%s' "$text" | sha256sum | cut -c1-40)"
        done
}

check_tidy() {
    [ -e "$build/compile_commands.json" ] || { echo "there is no build in $build: run ./dev build"; return 1; }
    mkdir -p "$build/tidy"
    local source key todo=()
    tidy_keys >"$build/tidy.keys"
    while IFS=$'\t' read -r source key; do
        [ -e "$build/tidy/$key" ] || todo+=("$source" "$build/tidy/$key")
    done <"$build/tidy.keys"
    [ -s "$build/tidy.keys" ] || { echo "nothing is built in $build: run ./dev build"; return 1; }
    [ ${#todo[@]} -gt 0 ] || return 0
    printf '%s\0' "${todo[@]}" | CHECKS=$checks xargs -0 -n 2 -P "$(nproc)" sh -c '
        if out=$(clang-tidy --quiet ${CHECKS:+"--checks=$CHECKS"} -p "$0" "$1" 2>&1); then : >"$2"
        else printf "%s\n" "$out"; exit 1; fi' "$build"
}

failed=0 number=0
[ -z "$tap" ] || echo 1..3
for check in format shell tidy; do
    number=$((number + 1))
    result=ok
    "check_$check" || { result='not ok'; failed=1; }
    [ -z "$tap" ] && [ "$result" = ok ] || echo "$result $number - $check"
done
exit "$failed"

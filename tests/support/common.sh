# shellcheck shell=bash
# What the shell programs of this repository share. Sourced; `repo` is the checkout.
repo=${repo:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}

# One line that says what was wrong and what to do, and the end.
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 2
}

need_root() { [ "$(id -u)" -eq 0 ] || fail "'$1' needs root: run it with sudo"; }

# The build that sandbox, tests and bench take.
build_dir() { realpath -m -- "${FRANK_BUILD:-$repo/build/dev}"; }

# A place for the output of a quiet step.
log_file() {
    mkdir -p "$repo/build"
    printf '%s/build/%s.log' "$repo" "$1"
}

# NUL-separated list of the repository's own C++ files.
cpp_sources() {
    find "$repo/daemon" "$repo/client" "$repo/dbus-interfaces" "$repo/tests" \
        \( -name '*.cpp' -o -name '*.hpp' \) -print0 | sort -z
}

# NUL-separated list of the repository's own shell files.
shell_sources() {
    printf '%s\0' "$repo/dev" "$repo/.ci/run"
    find "$repo/tests" "$repo/client" \( -name '*.sh' -o -name '*.bash' -o -name '*.bats' \) -print0 | sort -z
}

# Where made root file systems are kept between runs.
cache_dir() { printf '%s/frankend-test' "${XDG_CACHE_HOME:-/var/cache}"; }

# Where systemd-nspawn puts its control groups when no systemd runs outside; it leaves them behind, empty.
nspawn_groups() {
    find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d \( -name payload -o -name supervisor \) 2>/dev/null | sort
}

remove_nspawn_groups() { # WHAT-WAS-THERE-BEFORE
    local group
    comm -13 <(printf '%s\n' "$1") <(nspawn_groups) | while read -r group; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
    done
}

#!/bin/bash
# layers.sh ROOT: the walls between the rooms, as far as text can show them. Each broken rule is one line on stdout.
# Before it looks at ROOT it breaks every rule in a made-up tree and sees that it notices.
set -euo pipefail

# What each room may include, as a regular expression. `daemon` is its top: the program that wires.
may_include() {
    case $1 in
    daemon/plan) echo 'daemon/plan/|dbus-interfaces/errors\.hpp' ;;
    daemon/sys) echo 'daemon/(plan|sys)/|dbus-interfaces/errors\.hpp' ;;
    daemon/session) echo 'daemon/(plan|sys|session)/|dbus-interfaces/errors\.hpp' ;;
    daemon/bus) echo 'daemon/(plan|sys|session|bus)/|dbus-interfaces/' ;;
    daemon/launcher) echo 'daemon/(plan|sys|launcher)/|dbus-interfaces/errors\.hpp' ;;
    daemon/tree) echo 'daemon/(plan|sys|tree)/|dbus-interfaces/errors\.hpp' ;;
    # Of sys/ its headers: a static program links none of it.
    daemon/verify) echo 'daemon/(plan|sys|verify)/' ;;
    daemon/net) echo 'daemon/(plan|sys|net)/|dbus-interfaces/errors\.hpp' ;;
    daemon/guest) echo 'daemon/(plan|guest)/' ;;
    daemon) echo 'daemon/((plan|sys|session|bus)/|[^/]*$)|dbus-interfaces/' ;;
    client) echo '(client|dbus-interfaces)/' ;;
    dbus-interfaces) echo 'dbus-interfaces/' ;;
    *) echo '.' ;;
    esac
}

sources() { find "$@" -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.hpp.in' \) 2>/dev/null | sort; }

# All code as "file:line:text", without comments and without what strings hold (but for includes).
code() {
    sources daemon client dbus-interfaces | xargs -r awk '
        !/^[ \t]*#[ \t]*include/ { gsub(/"([^"\\]|\\.)*"/, "\"\"") }
        { sub(/(^|[ \t;{}(),])\/\/.*/, ""); print FILENAME ":" FNR ": " $0 }'
}

# forbid WHY FILES CODE: reads code(); FILES and CODE are regular expressions, the first from the start.
forbid() {
    grep -E "^($2)[^:]*:[0-9]+:.*($3)" | sed -E "s@^([^:]*:[0-9]+):.*@\1: $1@" || true
}

check_includes() {
    local file line text room path
    grep -E '^[^:]*:[0-9]+:[[:space:]]*#[[:space:]]*include[[:space:]]*"(daemon|client|dbus-interfaces|tests)/' |
        while IFS=: read -r file line text; do
            room=${file%/*}
            path=${text#*\"}
            path=${path%\"*}
            [[ $path =~ ^($(may_include "$room")) ]] || echo "$file:$line: $room may not include $path"
        done || true
}

check_words() {
    local code=$1 call='[^[:alnum:]_>.]' include='#[[:space:]]*include[[:space:]]*'
    local mounts='mount|umount2?|unshare|setns|pivot_root|open_tree|move_mount|fsopen|fsmount|mount_setattr'
    local unprivileged='daemon/[^/:]*\.|daemon/(plan|sys|session|bus|tree|guest|net|verify)/|client/|dbus-interfaces/'
    forbid 'sdbus-c++ is for daemon/bus and client only' \
        'daemon/[^/:]*\.|daemon/(plan|sys|session|launcher|tree|guest|net|verify)/|dbus-interfaces/(errors|names)' \
        "${include}[<\"]sdbus-c\+\+" <<<"$code"
    # frank-init covers a session's exec table for one job, and attaches what frank-launcher lends, inside the session and with its root's rights alone.
    forbid 'mounts and namespaces are for daemon/launcher only' "$unprivileged" \
        "$call($mounts)[[:space:]]*\(|(SYS|__NR)_($mounts|clone3?)|CLONE_NEW" \
        < <(grep -Ev '^daemon/guest/init_(table|routes|bind)\.cpp:' <<<"$code")
    forbid 'no shell: system() and popen() take a command line apart' '' "$call(system|popen)[[:space:]]*\(" <<<"$code"
    forbid 'plan/ touches no file' 'daemon/plan/' \
        "$call(f?open|openat2?|creat|read|pread|write|ioctl|stat|fstat|access|getenv)[[:space:]]*\(|std::[io]?fstream" \
        <<<"$code"
    forbid 'plan/ includes no kernel header' 'daemon/plan/' \
        "${include}<(fcntl\.h|unistd\.h|sys/|linux/|fstream|filesystem|ctime|time\.h)" <<<"$code"
    forbid 'plan/ has no clock' 'daemon/plan/' \
        "$call(time|clock_gettime|gettimeofday|clock)[[:space:]]*\(|(system|steady)_clock" <<<"$code"
    forbid 'guest/ allocates nothing' 'daemon/guest/' \
        "${include}<(string|vector|map|set|deque|list|memory|functional|iostream|sstream|fstream|cstdio|stdio\.h)>" \
        <<<"$code"
    forbid 'guest/ allocates nothing' 'daemon/guest/' \
        "$call(malloc|calloc|strdup|printf|getpwnam|opendir)[[:space:]]*\(|[^[:alnum:]_]new[[:space:]]+[A-Za-z]" <<<"$code"
}

check_texts() {
    sources daemon client | xargs -r grep -nHF 'unix-process' |
        sed -E 's@^([^:]*:[0-9]+):.*@\1: a polkit subject is a bus name, never a process@' || true
    { sources daemon client dbus-interfaces tests && find tests -type f \( -name '*.sh' -o -name '*.bats' \); } |
        xargs -r wc -l | awk '$2 != "total" && $1 > 300 { print $2 ":301: " $1 " lines; 300 at most" }'
}

# Prints what is wrong below the working directory; fails where something is.
check_tree() {
    local found code
    code=$(code)
    found=$(
        check_includes <<<"$code"
        check_words "$code"
        check_texts
    )
    [ -z "$found" ] && return 0
    echo "$found"
    return 1
}

# breaks WHAT FILE TEXT: in a clean tree with this one file the check must fail and name the file.
breaks() {
    local what=$1 file=$2 text=$3 found
    mkdir -p "$(dirname "$file")"
    printf '%b\n' "$text" >"$file"
    if found=$(check_tree) || [[ $found != *"$file:"* ]]; then
        echo "layers.sh itself is broken: it does not notice $what"
        exit 1
    fi
    rm -- "$file"
}

self_test() {
    local scratch room
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"' RETURN
    cd "$scratch"
    mkdir -p daemon/plan tests
    printf '%s\n' '#include "daemon/plan/b.hpp"' '// mount( and system( in a comment' 'auto s = "mount(2) popen(";' \
        'int fine = mount_plan(x) + at.time(y);' >daemon/plan/a.cpp
    check_tree || { echo 'layers.sh itself is broken: it complains about a clean tree' && exit 1; }
    for room in sys session bus launcher tree guest net verify; do
        breaks "plan including $room" daemon/plan/x.hpp "#include \"daemon/$room/y.hpp\""
    done
    breaks 'sys including session' daemon/sys/x.cpp '#include "daemon/session/y.hpp"'
    breaks 'session including bus' daemon/session/x.cpp '#include "daemon/bus/y.hpp"'
    breaks 'session including launcher' daemon/session/x.cpp '#include "daemon/launcher/y.hpp"'
    breaks 'bus including launcher' daemon/bus/x.cpp '  #  include "daemon/launcher/y.hpp"'
    breaks 'launcher including session' daemon/launcher/x.cpp '#include "daemon/session/y.hpp"'
    breaks 'guest including sys' daemon/guest/x.cpp '#include "daemon/sys/y.hpp"'
    breaks 'tree including session' daemon/tree/x.cpp '#include "daemon/session/y.hpp"'
    breaks 'verify including session' daemon/verify/x.cpp '#include "daemon/session/y.hpp"'
    breaks 'client including daemon' client/x.cpp '#include "daemon/plan/y.hpp"'
    breaks 'a program including tests' daemon/x.cpp '#include "tests/support/y.hpp"'
    breaks 'sdbus-c++ in session' daemon/session/x.cpp '#include <sdbus-c++/sdbus-c++.h>'
    breaks 'mount in sys' daemon/sys/x.cpp 'int r = ::mount(a, b);'
    breaks 'unshare in tree' daemon/tree/x.cpp '\tunshare(0);'
    breaks 'setns in bus' daemon/bus/x.cpp 'if (setns (fd, 0))'
    breaks 'a raw pivot_root in session' daemon/session/x.cpp 'syscall(SYS_pivot_root, a, b);'
    breaks 'clone flags in guest' daemon/guest/x.cpp 'int f = CLONE_NEWNS;'
    breaks 'system in client' client/x.cpp 'return std::system(line);'
    breaks 'popen in launcher' daemon/launcher/x.cpp 'popen("ls", "r");'
    breaks 'a process as polkit subject' daemon/bus/x.cpp 'auto s = "unix-process";'
    breaks 'open in plan' daemon/plan/x.cpp 'int fd = ::open(path, 0);'
    breaks 'ioctl in plan' daemon/plan/x.cpp 'ioctl(fd, 1);'
    breaks 'a clock in plan' daemon/plan/x.cpp 'auto t = std::time(nullptr);'
    breaks 'another clock in plan' daemon/plan/x.cpp 'auto t = std::chrono::system_clock::now();'
    breaks 'a kernel header in plan' daemon/plan/x.cpp '#include <sys/stat.h>'
    breaks 'a vector in guest' daemon/guest/x.cpp '#include <vector>'
    breaks 'new in guest' daemon/guest/x.cpp 'auto *x = new Job;'
    breaks 'a long file' tests/x.cpp "$(printf 'int;\\n%.0s' {1..301})"
}

(self_test)
[ $# -eq 1 ] || { echo "usage: layers.sh ROOT" >&2 && exit 2; }
cd "$1"
check_tree

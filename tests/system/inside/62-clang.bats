#!/usr/bin/env bats
# CAUTION: for ./dev test system only, which runs this as root inside ./dev sandbox.
# Native speed of clang and lld. Run once for each FRANK_TEST_ARCH, after 60-native.bats; emulated, clang is too slow for
# more than one of them. Makes twins from this machine's own clang or from Debian's archive.

load ../native

setup() {
    [ "$arch" = arm64 ] || skip "clang is tested in an arm64 root"
    # Whose tools the session was given by 60-native.bats.
    ! command -v aarch64-linux-gnu-gcc || command -v clang || skip "this machine has a cross compiler and no clang"
}
# What 50-inside.bats and 60-native.bats need.
has_compiler() { inside sh -c 'command -v gcc >/dev/null' && is_native /cc1; }

setup_file() {
    cat >"$BATS_FILE_TMPDIR/program.cc" <<'END'
#include <cstdio>
#include <map>
#include <string>
struct Shape { virtual double area() const = 0; virtual ~Shape() = default; };
struct Square : Shape { double side; explicit Square(double s) : side(s) {} double area() const override { return side * side; } };
int main(int argc, char **argv) {
    std::map<std::string, int> count;
    for (int i = 0; i < argc; ++i)
        ++count[argv[i][0] == '.' ? "relative" : "other"];
    const Square square(1.5 * argc);
    try {
        throw square.area();
    } catch (double area) {
        std::printf("%zu %s %.2f %s\n", count.size(), count.begin()->first.c_str(), area, __VERSION__);
    }
}
END
}

@test "$arch: clang and lld get twins, which a root without them has not" {
    has_compiler || skip "there is no twin of the compiler"
    [ -z "$(of_tool /clang native)" ]
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends clang lld libstdc++-12-dev
    run frank accel "$arch" on
    echo "$output"
    [ "$status" -eq 0 ]
    frank accel "$arch" | grep -E 'clang|lld'
    is_native /clang || { of_tool /clang why; false; }
    is_native /lld || { of_tool /lld why; false; }
    is_native /cc1
}

@test "$arch: what the native clang and lld make is what the emulated ones make, to the last byte" {
    has_compiler || skip "there is no twin of the compiler"
    local clang lld mode
    clang=$(of_tool /clang native_calls) lld=$(of_tool /lld native_calls)
    for mode in on off; do
        as-user frankdemo frankctl run "$arch" --env FRANKEND_ACCEL=$mode -- sh -ec 'rm -rf /tmp/l; mkdir /tmp/l; cd /tmp/l
            cat >program.cc
            clang++ -g -O2 -Wall -fuse-ld=lld -Wl,--build-id program.cc -o program 2>&1
            ./program; clang --version; clang -print-search-dirs' <"$BATS_FILE_TMPDIR/program.cc" >"$BATS_FILE_TMPDIR/$mode.out"
        inside cat /tmp/l/program >"$BATS_FILE_TMPDIR/$mode"
    done
    cat "$BATS_FILE_TMPDIR/on.out"
    diff "$BATS_FILE_TMPDIR/on.out" "$BATS_FILE_TMPDIR/off.out"
    grep -q '^1 relative 2.25 Debian Clang' "$BATS_FILE_TMPDIR/on.out"
    grep -q '^Target: aarch64-unknown-linux-gnu' "$BATS_FILE_TMPDIR/on.out"
    cmp "$BATS_FILE_TMPDIR/on" "$BATS_FILE_TMPDIR/off"
    [ "$(of_tool /clang native_calls)" -ge $((clang + 3)) ]
    [ "$(of_tool /lld native_calls)" -eq $((lld + 1)) ]
}

@test "$arch: clang for another system, or for this machine's processor, stays emulated" {
    has_compiler || skip "there is no twin of the compiler"
    local emulated
    emulated=$(of_tool /clang emulated_calls)
    inside sh -c 'cd /tmp; echo "int f(void) { return 1; }" >f.c; clang -march=native -S f.c -o f.s; true'
    inside sh -c 'cd /tmp; clang -cc1 -S f.c -o f.s; grep -q "^f:" f.s; ! grep -q eax f.s'
    inside sh -c 'ln -sf /usr/bin/clang /tmp/clang-cl; /tmp/clang-cl --version | grep -q windows-msvc'
    [ "$(of_tool /clang emulated_calls)" -eq $((emulated + 3)) ]
    # A target of the caller's own counts for more than the one that the twin is told.
    inside sh -c 'clang --target=x86_64-linux-gnu -dumpmachine' | grep -qx x86_64-unknown-linux-gnu
    [ "$(of_tool /clang emulated_calls)" -eq $((emulated + 3)) ]
}

@test "$arch: nothing of clang's twin is in the root" {
    has_compiler || skip "there is no twin of the compiler"
    inside sh -c 'touch /root/stamp; sleep 1'
    inside sh -c 'cd /tmp/l && clang++ -O1 -fuse-ld=lld -save-temps program.cc -o again'
    run inside find / -xdev -newer /root/stamp ! -path '/root/stamp' -type f
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    inside rm /root/stamp
}

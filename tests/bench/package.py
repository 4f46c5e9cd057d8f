#!/usr/bin/env python3
"""Builds a Debian source package by dpkg-buildpackage, as root and as an ordinary user with fakeroot, emulated and with
native twins; prints the times, and what the packages' files differ in."""
import argparse, os, subprocess, sys

sys.dont_write_bytecode = True  # not beside the sources
from accel import NAME, SANDBOX, TRIPLETS, inside, outside, prepare_session, run, timed

WAYS = [(user, mode) for user in ("root", "builder") for mode in ("off", "on")]


def prepare(package):
    inside(f"apt-get build-dep -y --no-install-recommends {package} && apt-get install -y --no-install-recommends fakeroot && "
           "useradd -m builder && mkdir /root/src && cd /root/src && chmod 755 /root && "
           f"apt-get source --download-only {package} && chmod -R a+rX .", DEBIAN_FRONTEND="noninteractive")


def build(user, mode, options):
    """In one place, /home/builder/b, whoever does it: its path is in what comes out."""
    inside("rm -rf /home/builder/b && mkdir /home/builder/b && cd /home/builder/b && dpkg-source -x /root/src/*.dsc source && "
           f"chown -R {user}: .")
    root = [] if user == "root" else ["-rfakeroot"]
    words = ["dpkg-buildpackage", "-b", "-uc", "-us", f"-j{os.cpu_count()}", *root]
    env = [f"FRANKEND_ACCEL={mode}", *(["DEB_BUILD_OPTIONS=nocheck"] if options.no_check else [])]
    argv = ["frankctl", "run", NAME, "--user", user, "--workdir", "/home/builder/b/source"]
    for pair in env:
        argv += ["--env", pair]
    spent = timed(lambda: run([*argv, "--", *words]))
    place = f"{SANDBOX}/out/{user}-{mode}"
    os.makedirs(place)
    run(["sh", "-ec", f"frankctl run {NAME} -- sh -c 'cd /home/builder/b && tar -c *.deb *.udeb 2>/dev/null || tar -c *.deb' | "
         f"tar -C {place} -x"])
    return spent


def listing(deb):
    """A line for every file of a package, its control files too: rights, owner, size and content."""
    script = (f"dpkg-deb --ctrl-tarfile {deb} | tar -t --numeric-owner -v -f - | sort; "
              f"dpkg-deb -c {deb}; rm -rf x; dpkg-deb -R {deb} x; find x -type f -exec sha256sum {{}} + | sort")
    done = subprocess.run(["sh", "-ec", script], cwd=SANDBOX + "/out", stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def compare():
    first, rest = WAYS[0], WAYS[1:]
    place = lambda way: f"{SANDBOX}/out/{way[0]}-{way[1]}"
    different = []
    names = sorted(os.listdir(place(first)))
    for way in rest:
        if sorted(os.listdir(place(way))) != names:
            different.append(f"{way}: other packages: {sorted(os.listdir(place(way)))}, not {names}")
            continue
        for name in names:
            a, b = (listing(f"{place(each)}/{name}") for each in (first, way))
            different += [f"{name}: {way[0]} {way[1]}: {line}" for line in sorted(set(a.splitlines()) ^ set(b.splitlines()))]
    return names, different


def main():
    parser = argparse.ArgumentParser(prog="dev bench package", description=__doc__)
    parser.add_argument("--arch", choices=TRIPLETS, default="arm64", help="default: arm64")
    parser.add_argument("--no-check", action="store_true", help="leaves the package's own tests out")
    parser.add_argument("--source", help=argparse.SUPPRESS)
    parser.add_argument("package", nargs="?", default="zlib", help="default: zlib")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("it needs root: run it with sudo")
    if not SANDBOX:
        outside(options.arch, __file__)
    prepare_session(options.arch, options.source, {})
    prepare(options.package)
    spent = {}
    for way in WAYS:
        spent[way] = build(*way, options)
        print(f"{options.package} as {way[0]}, {'accelerated' if way[1] == 'on' else 'emulated'}: {spent[way]:.1f} s", flush=True)
    for user in ("root", "builder"):
        print(f"as {user}: {spent[user, 'off'] / spent[user, 'on']:.1f} times faster")
    names, different = compare()
    print(f"{len(names)} packages of {len(WAYS)} builds: {', '.join(names)}")
    print("\n".join(different) or "all of them hold the same files with the same content")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

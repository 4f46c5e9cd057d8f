#!/usr/bin/env python3
"""Builds real projects emulated, with native twins, and with this machine's own cross compiler, in turns; prints medians
and ratios, and what of the first two differs, section by section."""
import argparse, os, statistics, subprocess, sys, tarfile, time, tomllib

HERE = os.path.dirname(os.path.realpath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
SANDBOX = os.environ.get("FRANK_SANDBOX", "")
NAME = "bench"
TRIPLETS = {"arm64": "aarch64-linux-gnu", "armhf": "arm-linux-gnueabihf", "riscv64": "riscv64-linux-gnu"}
ALWAYS = ["gcc", "g++", "libc6-dev", "make", "dpkg-dev", "patch", "xz-utils"]
JOBS = str(os.cpu_count())


def inside(script, **environment):
    """Runs a shell script in the session; its output is shown only when it fails."""
    env = [word for pair in environment.items() for word in ("--env", "%s=%s" % pair)]
    run(["frankctl", "run", NAME, *env, "--", "sh", "-ec", script])


def run(argv, **rest):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **rest)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)[:200]}: status {done.returncode}\n" + "\n".join(done.stdout.splitlines()[-15:]))


def timed(act):
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def prepare_session(arch, source, projects):
    needs = sorted({package for project in projects.values() for package in project.get("needs", [])})
    run(["frankctl", "create", NAME, source, "--arch", arch, "--accel", "off"])
    inside("sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >/etc/apt/sources.list.d/source.list\n"
           "apt-get update && apt-get install -y --no-install-recommends " + " ".join(ALWAYS + needs),
           DEBIAN_FRONTEND="noninteractive")
    print(f"acceleration verified in {timed(lambda: run(['frankctl', 'accel', NAME, 'on'])):.0f} s", flush=True)


def fetch(name, project):
    inside(f"mkdir -p /root/src && cd /root/src && apt-get source {project['package']} && rm -f *.dsc *.tar.* && "
           f"mv {project['package']}-* {name} && cd {name} && {project.get('prepare', ':')}")


def build_inside(project, name, accel):
    """In the same place each time, since debug information has it."""
    inside(f"rm -rf /root/b && cp -a /root/src/{name} /root/b")
    return timed(lambda: inside("cd /root/b && " + project["build"], FRANKEND_ACCEL=accel, JOBS=JOBS, CC="gcc",
                                CXX="g++", AR="ar", RANLIB="ranlib", HOST="", CROSS=""))


def build_crossed(project, name, triplet):
    place = f"{SANDBOX}/crossed"
    run(["rm", "-rf", place])
    run(["sh", "-c", f"mkdir {place} && frankctl run {NAME} -- tar -C /root/src/{name} -c . | tar -C {place} -x"])
    tools = {"CC": "gcc", "CXX": "g++", "AR": "ar", "RANLIB": "ranlib"}
    environment = {**os.environ, "JOBS": JOBS, "HOST": "--host=" + triplet, "CROSS": triplet,
                   **{key: f"{triplet}-{tool}" for key, tool in tools.items()}}
    return timed(lambda: run(["sh", "-ec", project["build"]], cwd=place, env=environment))


def take_out(directory):
    """Everything that was compiled, archived or linked, and nothing that tells the time."""
    process = subprocess.Popen(["frankctl", "run", NAME, "--", "tar", "-C", "/root/b", "-c", "."], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
    count = 0
    with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member).read() if member.isfile() else b""
            if content.startswith((b"\x7fELF", b"!<arch>")):
                path = os.path.join(directory, os.path.normpath(member.name))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(content)
                count += 1
    if process.wait() != 0:
        raise RuntimeError("the build could not be read")
    return count


def differences(name):
    done = subprocess.run([SANDBOX + "/libexec/frank-verify", "compare", f"{SANDBOX}/out/{name}/off",
                           f"{SANDBOX}/out/{name}/on"], stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines() if done.returncode == 1 else [] if done.returncode == 0 else ["frank-verify failed"]


def measure(name, project, triplet, runs, check):
    spent = {"off": [], "on": [], "cross": []}
    fetch(name, project)
    for turn in range(runs):
        for mode in ("off", "on"):
            spent[mode].append(build_inside(project, name, mode))
            if turn == 0:
                files = take_out(f"{SANDBOX}/out/{name}/{mode}")
        try:
            spent["cross"].append(build_crossed(project, name, triplet))
        except RuntimeError as failure:
            spent["cross"], reason = [], str(failure).splitlines()[-1]
            print(f"{name}: cannot be cross compiled: {reason}")
    verdict = "not run"
    if check:
        try:
            inside("cd /root/b && " + project["check"], JOBS=JOBS)
            verdict = "pass"
        except RuntimeError as failure:
            print(f"{name}: {failure}")
            verdict = "FAIL"
    return {mode: statistics.median(times) if times else None for mode, times in spent.items()}, files, verdict


def outside(arch, script, *more):
    """What the sandbox is to find, and packages of `deps.sh GROUP` more; then all of this again in it."""
    for group in more:
        subprocess.run([REPO + "/tests/support/deps.sh", group], check=True)
    if "FRANK_BUILD" not in os.environ:
        subprocess.run([REPO + "/dev", "build", "release"], check=True)
        os.environ["FRANK_BUILD"] = REPO + "/build/release"
    source = "debian:trixie"  # the first suite with riscv64
    if arch != "riscv64":
        image = subprocess.run([REPO + "/tests/support/root_image.sh", arch], check=True, stdout=subprocess.PIPE, text=True)
        source = image.stdout.strip()
    command = [REPO + "/dev", "sandbox", "--", os.path.realpath(script), "--source", source, *sys.argv[1:]]
    os.execv(command[0], command)


def wanted(known):
    parser = argparse.ArgumentParser(prog="dev bench accel", description=__doc__)
    parser.add_argument("--arch", choices=TRIPLETS, default="arm64", help="default: arm64")
    parser.add_argument("--runs", type=int, default=3, help="of each build; medians are shown (default: 3)")
    parser.add_argument("--check", action="store_true", help="also runs each project's own tests on its accelerated build")
    parser.add_argument("--source", help=argparse.SUPPRESS)
    parser.add_argument("project", nargs="*", help="default: all of " + ", ".join(known))
    options = parser.parse_args()
    if unknown := [name for name in options.project if name not in known]:
        parser.error(f"there is no project '{unknown[0]}': take one of {', '.join(known)}")
    if os.geteuid() != 0:
        parser.error("it needs root: run it with sudo")
    return options


def main():
    with open(HERE + "/projects.toml", "rb") as file:
        known = tomllib.load(file)
    options = wanted(known)
    if not SANDBOX:
        outside(options.arch, __file__, "cross-" + options.arch)
    projects = {name: known[name] for name in options.project or known}
    prepare_session(options.arch, options.source, projects)
    print(f"{'whole build, seconds':20} {'emulated':>9} {'accelerated':>12} {'ratio':>7} {'cross':>8} {'to cross':>9}"
          f" {'files':>6} {'differ':>7}  own tests", flush=True)
    different = []
    for name, project in projects.items():
        try:
            median, files, verdict = measure(name, project, TRIPLETS[options.arch], options.runs, options.check)
        except RuntimeError as failure:
            print(f"{name:20} {failure}", flush=True)
            different.append(f"{name}: not built")
            continue
        found = differences(name)
        different += [f"{name}: {line}" for line in found]
        cross = f"{median['cross']:8.2f} {median['on'] / median['cross']:9.2f}" if median["cross"] else f"{'-':>8} {'-':>9}"
        print(f"{name:20} {median['off']:9.2f} {median['on']:12.2f} {median['off'] / median['on']:7.1f} {cross} {files:6}"
              f" {len(found):7}  {verdict}", flush=True)
    print("\n".join(different))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

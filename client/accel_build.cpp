#include "client/accel_build.hpp"

#include "client/attached_job.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"

namespace frank::client {

namespace {

/// For the session's own shell: nothing of it is this machine's matter. Both builds are done in a directory
/// of the same name, since compilers write that down, and at the same time for those who ask.
constexpr const char *script = R"sh(
compare=/run/frankend/native/frank-verify
say() { printf 'frankctl: %s\n' "$*" >&2; }
tries=20 # a session that has just begun gets its twins in a moment
while [ ! -x "$compare" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.5; done
[ -x "$compare" ] || { say "it has no native twins: turn acceleration on first"; exit 125; }
top=$(mktemp -d /var/tmp/frankend-build-XXXXXX) || exit 125
trap 'cd /; rm -rf "$top"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
from=$PWD
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
export SOURCE_DATE_EPOCH
for way in emulated native; do
    cp -a "$from" "$top/work" || exit 125
    case $way in
    emulated) (cd "$top/work" && exec env FRANKEND_ACCEL=off "$@") ;;
    *) (cd "$top/work" && exec env -u FRANKEND_ACCEL "$@") ;;
    esac
    ended=$?
    mv "$top/work" "$top/$way" || exit 125
    say "$way: the command ended with status $ended"
    [ "$way" = native ] && break
    first=$ended
done
[ "$first" = "$ended" ] || { say "it does not end the same"; exit 1; }
"$compare" compare "$top/emulated" "$top/native"
case $? in
0) say "all that it made is the same" ;;
1) exit 1 ;;
*) exit 125 ;;
esac
)sh";

void tell_calls(DaemonLink &link, const std::string &path) {
    for (const JobInfo &job : take_inventory(link).jobs)
        if (job.id == job_id(path))
            complain(std::to_string(job.native_calls) + " programs ran natively, " +
                     std::to_string(job.emulated_calls) + " emulated");
}

} // namespace

int compare_builds(const CommandOptions &options, const Invocation &invocation) {
    Streams streams(true, 0);
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.session);
    const std::string state =
        asked(session_title(options.session), [&] { return std::string(session.Acceleration()); });
    if (state != "on")
        throw Failure("the acceleration of " + session_title(options.session) +
                      " is not on; frankctl accel " + options.session + " on");
    std::vector<std::string> argv{"sh", "-c", script, "frankctl"};
    argv.insert(argv.end(), invocation.command.begin(), invocation.command.end());
    Attendant attendant(link);
    const std::string path = spawn_command(link, attendant, options, {}, streams, argv);
    const JobEnd end = attend_command(link, attendant, streams, path);
    if (!invocation.globals.quiet)
        tell_calls(link, path);
    return exit_status_of(end, job_title(job_id(path)));
}

} // namespace frank::client

#!/bin/sh
# with-private-bus.sh CMD...: runs CMD with a throw-away system bus under our own policy, and passes its exit status on.
# The bus denies what no policy allows, as a distribution's does. One thing in our policy is changed: the user that may
# own the name is whoever runs this, since the machine need not have a user "frankend".
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
directory=$(mktemp -d "${TMPDIR:-/tmp}/frank-bus.XXXXXX")
bus=
trap '[ -z "$bus" ] || kill "$bus" 2>/dev/null || :; rm -rf "$directory"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 0755 "$directory"

sed "s/policy user=\"frankend\"/policy user=\"$(id -un)\"/" "$here/../conf/org.frankend1.conf" >"$directory/frankend.conf"
cat >"$directory/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path=$directory/bus</listen>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Peer"/>
    <!-- a stand-in for polkit -->
    <allow send_destination="org.freedesktop.PolicyKit1"/>
  </policy>
  <policy user="$(id -un)">
    <allow own="org.freedesktop.PolicyKit1"/>
    <allow send_destination="org.frankend1.FakeAuthority"/>
    <allow own="org.frankend1.FakeAuthority"/>
  </policy>
  <include>$directory/frankend.conf</include>
</busconfig>
END

dbus-daemon --config-file="$directory/bus.conf" --nofork --nopidfile --nosyslog \
    --print-address >"$directory/address" 2>"$directory/log" &
bus=$!
tries=0
until [ -s "$directory/address" ]; do # it is said when somebody listens; the socket is there before
    tries=$((tries + 1))
    if [ "$tries" -gt 3000 ] || ! kill -0 "$bus" 2>/dev/null; then
        echo "with-private-bus: dbus-daemon did not start: $(cat "$directory/log")" >&2
        exit 125
    fi
    sleep 0.01
done

status=0
DBUS_SYSTEM_BUS_ADDRESS="unix:path=$directory/bus" FRANK_PRIVATE_BUS_PID="$bus" "$@" || status=$?
exit "$status"

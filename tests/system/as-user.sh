#!/bin/bash
# as-user USER CMD...: becomes CMD with the rights of a login of that user. For tests/system, as root.
user=$1
shift
exec env HOME="$(getent passwd "$user" | cut -d: -f6)" USER="$user" LOGNAME="$user" \
    setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups --inh-caps=-all -- "$@"

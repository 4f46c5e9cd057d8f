# shellcheck shell=bash
# Users that exist in the sandbox only: copies of the account files, bound over the machine's. Sourced.

free_id() { # FIRST LAST DIR: an id that is neither a user nor a group
    local id
    for ((id = $1; id <= $2; id++)); do
        if ! grep -q "^[^:]*:[^:]*:$id:" "$3/passwd" "$3/group"; then
            echo "$id"
            return
        fi
    done
    fail "there is no free user id from $1 to $2"
}

add_user() { # NAME FIRST LAST HOME ETC: at the first free id, unless the name is known
    local id
    grep -q "^$1:" "$5/passwd" && return
    id=$(free_id "$2" "$3" "$5")
    echo "$1:x:$id:$id:$1:$4:/bin/bash" >>"$5/passwd"
    [ "$4" = /nonexistent ] || mkdir -m 0755 "$4"
    grep -q "^$1:" "$5/group" || echo "$1:x:$id:" >>"$5/group"
}

add_users() { # DIR USER
    local etc=$1/etc file
    mkdir "$etc" "$1/home"
    cp /etc/passwd /etc/group "$etc/"
    add_user frankend 300 899 /nonexistent "$etc"
    add_user polkitd 300 899 /nonexistent "$etc"
    add_user messagebus 300 899 /nonexistent "$etc"
    # An ordinary user, another one for whatever concerns somebody else's session, and who was asked for.
    for file in frankdemo frankother "$2"; do add_user "$file" 30000 39999 "$1/home/$file" "$etc"; done
    for file in passwd group; do mount --bind "$etc/$file" "/etc/$file"; done
    for file in "$1"/home/*; do chown "${file##*/}:" "$file"; done
}

# USER CMD...: no more privilege than a login of that user has.
as_user() {
    local name=$1
    shift
    if [ "$name" = root ]; then
        "$@"
        return
    fi
    env HOME="$(getent passwd "$name" | cut -d: -f6)" USER="$name" LOGNAME="$name" SHELL=/bin/bash \
        setpriv --reuid="$name" --regid="$(id -g "$name")" --init-groups --inh-caps=-all -- "$@"
}

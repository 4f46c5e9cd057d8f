# Completion of frankctl for bash. Sessions and jobs are asked of frankctl itself, which asks no password for that.

_frankctl_ask() {
    frankctl --no-ask-password --quiet "${bus[@]}" "$@" 2>/dev/null
}

_frankctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local globals='--format --quiet --no-ask-password --host --bus --version --help'
    local verbs='create enter run trace debug start stop list show destroy clone commit snapshot snapshots rollback jobs log attach cancel boards emulators accel workarounds bind unbind limit binfmt doctor'
    local emulated='aarch64_be alpha arm64 armeb armel armhf hppa loong64 m68k mips mips64 mips64el mipsel mipsn32
        mipsn32el powerpc ppc64 ppc64el riscv32 riscv64 s390x sh4 sh4eb sparc sparc32plus sparc64'
    local -a bus=()
    local verb='' word count=0 i
    COMPREPLY=()

    # The verb, and how many positional arguments stand between it and the cursor.
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        --) # what follows is a command of the session, of which nothing is known here
            return ;;
        --bus)
            bus=(--bus "${COMP_WORDS[i + 1]}")
            i=$((i + 1)) ;;
        --host) # nothing is asked of another machine for a completion
            bus=(--bus /nowhere)
            i=$((i + 1)) ;;
        --format | --arch | --board | --cpu | --accel | --no-workaround | --emulator | --include | --bind | --limit | --class | --from | -u | --user | -w | --workdir | -e | \
            --env | --preserve-fds | -o | --output | --sysroot)
            i=$((i + 1)) ;;
        -?*) ;;
        *)
            if [[ -z $verb ]]; then
                verb=$word
            else
                count=$((count + 1))
            fi ;;
        esac
    done

    case $prev in
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur")
        return ;;
    -e | --env)
        mapfile -t COMPREPLY < <(compgen -e -- "$cur")
        return ;;
    --arch)
        mapfile -t COMPREPLY < <(compgen -W "amd64 i386 $emulated" -- "$cur")
        return ;;
    --board)
        mapfile -t COMPREPLY < <(compgen -W "$(_frankctl_ask boards)" -- "$cur")
        return
        ;;
    --accel)
        mapfile -t COMPREPLY < <(compgen -W 'auto on off' -- "$cur")
        return ;;
    --class)
        mapfile -t COMPREPLY < <(compgen -W 'compiler binutils build shell archive coreutils lang' -- "$cur")
        return ;;
    --limit)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W 'memory= cpu= tasks= io=' -- "$cur")
        return ;;
    --from | --bind)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return ;;
    --emulator | -o | --output | --sysroot)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    --host)
        mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
        return ;;
    --bus | --cpu | --include | -u | --user | -w | --workdir | --preserve-fds)
        return ;;
    esac

    local options='' words=''
    case $verb in
    '') options=$globals words=$verbs ;;
    create) options='--arch --board --cpu --accel --no-workaround --emulator --include --bind --limit --dry-run' ;;
    enter) options='--user --workdir --env --emulator --cpu --ephemeral --' ;;
    run) options='--user --workdir --env --tty --no-tty --preserve-fds --detach --emulator --cpu --ephemeral --' ;;
    trace) options='--user --workdir --env --emulator --cpu --ephemeral --output --' ;;
    debug) options='--user --workdir --env --emulator --cpu --ephemeral --sysroot --wait --' ;;
    destroy) options='--force' ;;
    snapshots) options='--remove' ;;
    jobs) options='--all' ;;
    accel) options='--class --from --user --workdir --env --' ;;
    log) options='--follow' ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $globals" -- "$cur")
        return
    fi
    case $verb:$count in
    enter:0 | run:0 | trace:0 | debug:0 | start:0 | stop:0 | show:0 | destroy:0 | accel:0 | workarounds:0 | \
        bind:0 | unbind:0 | limit:0 | clone:0 | commit:0 | snapshot:0 | snapshots:0 | rollback:0)
        words=$(_frankctl_ask list) ;;
    limit:*)
        compopt -o nospace 2>/dev/null
        words='memory= cpu= tasks= io=' ;;
    rollback:1) words=$(_frankctl_ask snapshots "${COMP_WORDS[COMP_CWORD - 1]}") ;;
    accel:1) words='status on off verify' ;;
    workarounds:1) words='on off' ;;
    workarounds:2) words=$(_frankctl_ask workarounds "${COMP_WORDS[COMP_CWORD - 2]}") ;;
    bind:1)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return ;;
    unbind:1) words=$(_frankctl_ask bind "${COMP_WORDS[COMP_CWORD - 1]}") ;;
    log:0 | attach:0) words=$(_frankctl_ask jobs --all) ;;
    cancel:0) words=$(_frankctl_ask jobs) ;;
    binfmt:0) words='list check enable disable' ;;
    binfmt:1)
        case ${COMP_WORDS[COMP_CWORD - 1]} in
        enable | disable) words=$emulated ;;
        check)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            return ;;
        esac ;;
    create:1)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _frankctl frankctl

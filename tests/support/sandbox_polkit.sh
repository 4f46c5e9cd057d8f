# shellcheck shell=bash
# What polkit knows and answers in the sandbox. Sourced.

prepare_polkit() { # DIR; reads the arrays allow and deny
    mkdir "$1/actions" "$1/rules.d"
    cp /usr/share/polkit-1/actions/*.policy "$1/actions/" 2>/dev/null || true
    cp "$repo/conf/org.frankend1.policy" "$1/actions/"
    mount --bind "$1/actions" /usr/share/polkit-1/actions
    polkit_rules >"$1/rules.d/10-sandbox.rules"
    chown -R polkitd "$1/rules.d"
    mount --bind "$1/rules.d" /etc/polkit-1/rules.d
}

# The ids of our actions, those that an active user gets without a password first: "yes ID" or "ask ID".
our_actions() {
    awk '/<action id="/ { id = $0; sub(/.*<action id="/, "", id); sub(/".*/, "", id) }
         /<allow_active>/ { print (/>yes</ ? "yes" : "ask"), id }' "$repo/conf/org.frankend1.policy"
}

polkit_rule() { # ACTION RESULT: the action may be short, whole, or "all"
    local condition
    case $1 in
    all) condition='action.id.indexOf("org.frankend1.") === 0' ;;
    org.frankend1.*) condition="action.id === \"$1\"" ;;
    *) condition="action.id === \"org.frankend1.$1\"" ;;
    esac
    printf 'polkit.addRule(function (action, subject) { if (%s) return polkit.Result.%s; });\n' "$condition" "$2"
}

# First rule that answers wins: single actions before "all", a denial before a permission.
polkit_rules() {
    local action answer known
    for action in "${deny[@]}" "${allow[@]}"; do
        known=$action
        [ "$action" = all ] || known=org.frankend1.${action#org.frankend1.}
        [ "$known" = all ] || our_actions | grep -q " $known\$" || fail "there is no action '$action': see conf/org.frankend1.policy"
    done
    for action in "${deny[@]}"; do [ "$action" = all ] || polkit_rule "$action" NO; done
    for action in "${allow[@]}"; do [ "$action" = all ] || polkit_rule "$action" YES; done
    for action in "${deny[@]}"; do [ "$action" != all ] || polkit_rule all NO; done
    for action in "${allow[@]}"; do [ "$action" != all ] || polkit_rule all YES; done
    echo '// There is no login session here, so polkit sees everybody as "any". What the policy file grants to a user'
    echo '// who sits at the machine (allow_active=yes) is granted to all; everything else stays as the file has it.'
    our_actions | while read -r answer action; do [ "$answer" != yes ] || polkit_rule "$action" YES; done
}

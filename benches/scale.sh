#!/bin/sh
# What mailpol costs on policies of hosting providers of growing size, and postmap(1) on the same
# tables as the yardstick. Prints rows of docs/scale.md: processor seconds and the most memory.
#
#     benches/scale.sh [DOMAINS ...]        ten mailboxes and a tenth of a network for each
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --release --locked --bin mailpol --example provider
mailpol=$PWD/target/release/mailpol
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the seconds and the megabytes that a command took, or a dash if it did not end well.
cost() {
    if timeout 600 /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/log" 2>&1; then
        awk '{ printf "%.1f s (%.1f s), %d MB", $1, $2 + $3, $4 / 1024 }' "$work/time"
    else
        printf -- '-'
    fi
}

echo '| domains | mailboxes | networks | `check` | `build --target postfix` | `postmap` |'
echo '|---|---|---|---|---|---|'
for domains in "${@:-100 1000 10000 100000}"; do
    for number in $domains; do
        target/release/examples/provider "$number" $((number * 10)) $((number / 10)) "$work/in"
        printf '| %d | %d | %d | ' "$number" $((number * 10)) $((number / 10))
        cost "$mailpol" check "$work/in/policy.kdl"
        printf ' | '
        rm -rf "$work/out"
        cost "$mailpol" build "$work/in/policy.kdl" --target postfix --out "$work/out"
        printf ' | '
        # A configuration of its own: postmap asks main.cf for the default type only.
        mkdir -p "$work/conf" && : >"$work/conf/main.cf"
        set -- $(ls "$work/out/etc/postfix/addresses" "$work/out/etc/postfix/senders" 2>/dev/null)
        [ $# -eq 0 ] && printf -- '-' || cost postmap -c "$work/conf" "lmdb:$1" "lmdb:$2"
        echo ' |'
    done
done

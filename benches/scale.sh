#!/bin/sh
# What mailpol costs on policies of hosting providers of growing size, and postmap(1) on the tables
# that it has just written, as the yardstick. Prints the rows of the table in docs/scale.md: how
# long each command took, the processor seconds in it, and the most memory that it had. What `diff`
# compares is the policy, and the same with another login of one mailbox and a wider network.
#
#     benches/scale.sh [DOMAINS ...]        ten mailboxes and a tenth of a network for each
set -eu
cd "$(dirname "$0")/.."

# The postmap commands of a tree's MANIFEST, on the tree itself.
if [ "${1:-}" = --index ]; then
    sed -n 's/^run postmap lmdb:\/etc\/postfix\///p' "$2/out/MANIFEST" |
        while read -r table; do
            postmap -c "$2/conf" "lmdb:$2/out/etc/postfix/$table"
        done
    exit
fi

cargo build --quiet --release --locked --bin mailpol --example provider
mailpol=$PWD/target/release/mailpol
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A configuration of its own: postmap asks main.cf for nothing that matters here.
mkdir "$work/conf"
: >"$work/conf/main.cf"

# Prints what a command cost, or a dash if it did not end well within half an hour.
cost() {
    if timeout 1800 /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/log" 2>&1; then
        tail -n 1 "$work/time" |
            awk '{ printf "%.1f s (%.1f s), %d MB", $1, $2 + $3, $4 / 1024 }'
    else
        printf -- '-'
    fi
}

# Copies a policy, with another login of one mailbox and a wider network.
change() {
    rm -rf "$2"
    cp -R "$1" "$2"
    awk -F '\t' -v OFS='\t' '$3 == "u50" { $3 = "new-login" } { print }' \
        "$1/mailboxes.tsv" >"$2/mailboxes.tsv"
    awk -F '\t' -v OFS='\t' '
        { print }
        !done && $2 ~ /\/22$/ && $3 == "yes" && $5 == "" {
            $2 = "172.20.0.0/16"
            print
            done = 1
        }' "$1/networks.tsv" >"$2/networks.tsv"
}

[ $# -gt 0 ] || set -- 100 1000 10000 100000
echo '| domains | mailboxes | networks | `check` | `prove` | `diff --only decisions` | `build --target postfix` | `postmap` |'
echo '|---|---|---|---|---|---|---|---|'
for domains in "$@"; do
    mailboxes=$((domains * 10))
    networks=$((domains / 10))
    rm -rf "$work/in" "$work/out"
    target/release/examples/provider "$domains" "$mailboxes" "$networks" "$work/in"
    printf '| %d | %d | %d | ' "$domains" "$mailboxes" "$networks"
    cost "$mailpol" check "$work/in/policy.kdl"
    printf ' | '
    cost "$mailpol" prove "$work/in/policy.kdl"
    printf ' | '
    change "$work/in" "$work/new"
    cost "$mailpol" diff "$work/in/policy.kdl" "$work/new/policy.kdl" --only decisions
    printf ' | '
    cost "$mailpol" build "$work/in/policy.kdl" --target postfix --out "$work/out"
    printf ' | '
    cost sh benches/scale.sh --index "$work"
    echo ' |'
done

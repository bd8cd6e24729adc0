#!/bin/sh
# How fast `simulate --envelopes` answers a stream, and how much memory it has at most. Prints the
# rows of the table in docs/scale.md. The envelopes are the same on every run. Then asks the real
# MTAs, and `simulate` beside them, about the envelopes of the judge; that has to be root, with what
# tests/run installs.
#
#     benches/throughput.sh [ENVELOPES [DOMAINS]]     1000000, and 1000 for the provider's policy
set -eu
cd "$(dirname "$0")/.."
count=${1:-1000000}
domains=${2:-1000}

cargo build --quiet --release --locked --bin mailpol --example provider
mailpol=$PWD/target/release/mailpol
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints envelopes: clients of two networks and elsewhere, recipients of a file in turn, and every
# other one somebody else's. With `given` the SPF results stand in them.
envelopes() {
    awk -v count="$1" -v given="$2" '
        { to[NR - 1] = $0 }
        END {
            split("pass none softfail neutral", results, " ")
            seed = 1
            for (number = 0; number < count; number++) {
                seed = (seed * 16807) % 2147483647
                client = (seed % 3 == 0) ? "192.168.0." (seed % 250 + 1) \
                    : "203.0." (seed % 100) "." (int(seed / 1000) % 250 + 1)
                box = (seed % 2) ? to[int(seed / 7) % NR] : "someone@d" (seed % 997) ".example"
                spf = given ? ",\"spf\":\"" results[seed % 4 + 1] "\",\"spf_helo\":\"none\"" : ""
                printf "{\"client\":\"%s\",\"helo\":\"mail.d%d.example\",\"from\":\"u%d@d%d.example\",\"to\":\"%s\"%s}\n", \
                    client, seed % 1000, seed % 5000, seed % 1000, box, spf
            }
        }'
}

# A zone in which a thousand senders publish who may send for them.
senders() {
    awk 'BEGIN {
        for (number = 0; number < 1000; number++) {
            name = "d" number ".example."
            printf "%s 3600 IN MX 10 mail.%s\n", name, name
            printf "mail.%s 3600 IN A 203.0.%d.9\n", name, number % 100
            # Every other one includes one that includes none.
            include = (number % 2) ? "" : "include:d" ((number * 7 + 1) % 1000) ".example "
            printf "%s 3600 IN TXT \"v=spf1 mx ip4:198.51.100.0/24 %s%s\"\n", \
                name, include, (number % 2) ? "-all" : "~all"
        }
    }'
}

row() {
    name=$1
    shift
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/answers" 2>"$work/log" || true
    [ "$(wc -l <"$work/answers")" = "$count" ]
    awk -v name="$name" -v count="$count" \
        '{ printf "| %s | %d | %d MB |\n", name, count / $1, $2 / 1024 }' "$work/time"
}

printf '%s\n' jane.doe@doe-family.com john.doe@doe-family.com family@doe-family.com \
    unknown@doe-family.com postmaster@doe-family.com >"$work/doe"
envelopes "$count" 1 <"$work/doe" >"$work/doe-given.jsonl"
envelopes "$count" "" <"$work/doe" >"$work/doe-asked.jsonl"
target/release/examples/provider "$domains" "$((domains * 10))" "$((domains / 10))" "$work/in"
awk -F '\t' 'NR > 1 { print $2 "@" $1 }' "$work/in/mailboxes.tsv" >"$work/provider"
envelopes "$count" 1 <"$work/provider" >"$work/provider-given.jsonl"
senders >"$work/zone"

echo '| policy, and where SPF results come from | envelopes a second | memory |'
echo '|---|---|---|'
row 'Doe, given' "$mailpol" simulate examples/doe/policy.kdl --envelopes "$work/doe-given.jsonl"
row 'Doe, given, asked of the files for Postfix' "$mailpol" simulate examples/doe/policy.kdl \
    --target postfix --envelopes "$work/doe-given.jsonl"
row 'Doe, evaluated from `--zone`' "$mailpol" simulate examples/doe/policy.kdl \
    --zone "$work/zone" --envelopes "$work/doe-asked.jsonl"
row 'a provider, given' "$mailpol" simulate "$work/in/policy.kdl" \
    --envelopes "$work/provider-given.jsonl"

echo
MAILPOL_PACE=$mailpol cargo test --quiet --release --locked --test judge -- --exact examples/doe --nocapture |
    grep 'microseconds an envelope'

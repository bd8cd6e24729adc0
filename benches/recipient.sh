#!/bin/sh
# What one recipient costs the real MTAs on a hosting provider's tree, with its share of a session:
# four thousand random envelopes, less what starting costs. Their answers have to be those of policy
# and files. It has to be root, with what tests/run installs.
#
#     benches/recipient.sh [DOMAINS]        100000; ten mailboxes and a tenth of a network for each
set -eu
cd "$(dirname "$0")/.."
export MAILPOL_PROVIDER="${1:-100000}"
cargo test --quiet --release --locked --test judge -- --test-threads 1 'a provider on' --nocapture |
    grep 'microseconds a recipient'

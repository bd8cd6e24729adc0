#!/usr/bin/env bash
# Writes what the package holds besides the binary, below target/package: the completions and the
# manual pages, which come from the binary itself. `packaging/pages.sh BINARY`, then `cargo deb`.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "$1")
made=target/package
rm -rf "$made"
mkdir -p "$made/completions" "$made/man"
"$binary" completions bash >"$made/completions/mailpol"
"$binary" completions zsh >"$made/completions/_mailpol"
"$binary" completions fish >"$made/completions/mailpol.fish"
"$binary" man --out "$made/man" --quiet
gzip --no-name --best "$made"/man/*.1

#!/usr/bin/env bash
# cargo-deb, in a folder of its own below target/: what makes the Debian package in the tests.
# Without its features it takes the `xz` of the system; unoptimised, it is built in half a minute.
set -euo pipefail
cd "$(dirname "$0")/../.."
where=target/cargo-deb
version=3.8.0
if [[ -x $where/bin/cargo-deb ]] && "$where/bin/cargo-deb" --version | grep -qF "$version"; then
    exit 0
fi
missing=()
command -v dpkg-shlibdeps >/dev/null || missing+=(dpkg-dev)
command -v xz >/dev/null || missing+=(xz-utils)
if [[ ${#missing[@]} -gt 0 ]]; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi
cargo install "cargo-deb@$version" --locked --no-default-features --debug --quiet --root "$where"

#!/usr/bin/env bash
# Fetches htmx from npm again. Without an argument: the version that CHECKSUMS names, which
# must come out byte for byte the same. With a version: that one, and CHECKSUMS is written
# anew.
#
#   ./vendor.sh
#   ./vendor.sh 4.0.2
set -euo pipefail
cd "$(dirname "$0")"

recorded=$(sed -n 's/^# htmx\.org \([0-9][^ ]*\)$/\1/p' CHECKSUMS 2>/dev/null || true)
version=${1:-$recorded}
if [[ -z $version ]]; then
	echo "vendor.sh: CHECKSUMS names no version; call it with one" >&2
	exit 2
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && npm pack --silent "htmx.org@$version" >/dev/null)
tar -xzf "$tmp/htmx.org-$version.tgz" -C "$tmp"

install -m 644 "$tmp/package/dist/htmx.min.js" htmx.min.js
install -m 644 "$tmp/package/dist/ext/hx-csp.min.js" hx-csp.min.js
install -m 644 "$tmp/package/dist/ext/hx-sse.min.js" hx-sse.min.js
install -m 644 "$tmp/package/LICENSE" LICENSE.htmx

if [[ $version != "$recorded" ]]; then
	{
		echo "# htmx.org $version"
		sha256sum htmx.min.js hx-csp.min.js hx-sse.min.js LICENSE.htmx
	} >CHECKSUMS
fi
sha256sum --check --strict CHECKSUMS

#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes sure that the Debian packages a task needs are there: installs what is missing when it may,
# or prints the one command that does.
#   setup.sh run|check|lint|bench
set -eu

run="gcc make libc6-dev pkg-config libnl-3-dev libnl-route-3-dev libfyaml-dev libjansson-dev"
check="$run libcriterion-dev python3-pytest python3-jsonschema libc6-dev"
case "${1:-run}" in
run) want="$run" ;;
check) want="$check" ;;
lint) want="$run libcriterion-dev clang-tidy cppcheck" ;;
bench) want="$run iproute2" ;;
*) echo "setup.sh: run, check, lint or bench, not '$1'" >&2; exit 2 ;;
esac

missing=
for package in $want; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing$missing" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	exec apt-get install -y -qq --no-install-recommends $missing >&2
fi
echo "deadpeer needs packages that are not installed. As root, run:" >&2
echo "  apt-get install --no-install-recommends$missing" >&2
exit 1

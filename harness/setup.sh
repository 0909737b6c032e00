#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes sure that the Debian packages a task needs are there: installs what is missing when it may,
# or prints the one command that does.
#   setup.sh run|check|lint|bench|study
set -eu

run="gcc make libc6-dev pkg-config libnl-3-dev libnl-route-3-dev libfyaml-dev libjansson-dev zlib1g-dev"
check="$run libcriterion-dev python3-pytest python3-jsonschema python3-scipy python3-matplotlib iproute2"
# The report page is looked at in a browser.
check="$check chromium chromium-driver python3-selenium"
# Captures are read by Wireshark's own reader.
check="$check tshark"
# Shares of a plan run under them.
check="$check parallel slurmctld slurmd slurm-client munge"
# Without it the virtual engine cannot run, and the native one serves.
qemu="qemu-system-x86 xz-utils"
case "${1:-run}" in
run) want="$run" ;;
check) want="$check" ;;
lint) want="$run libcriterion-dev clang-tidy cppcheck" ;;
bench) want="$run iproute2" ;;
study) want="$run python3-matplotlib" ;;
*) echo "setup.sh: run, check, lint, bench or study, not '$1'" >&2; exit 2 ;;
esac

missing_of() {
	for package in "$@"; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$status" = installed ] || printf ' %s' "$package"
	done
}

# shellcheck disable=SC2086 # lists of words, here and below
missing=$(missing_of $want)
optional=
# shellcheck disable=SC2086
[ "${1:-run}" = lint ] || optional=$(missing_of $qemu)
[ -n "$missing$optional" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing$missing$optional" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# What goes wrong is on standard error; the rest is hundreds of lines.
	# shellcheck disable=SC2086
	exec apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing $optional >/dev/null
fi
if [ -z "$missing" ]; then
	echo "For virtual time, as root: apt-get update && apt-get install --no-install-recommends$optional" >&2
	exit 0
fi
echo "deadpeer needs packages that are not installed. As root, run:" >&2
echo "  apt-get update && apt-get install --no-install-recommends$missing$optional" >&2
exit 1

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# in-lab.sh TEST...: run inside the lab. A TEST is a program or script with its arguments, quoted as
# one word; each writes TAP to $LAB_OUT/N-NAME.tap. The exit code only says whether all could be run:
# who started the lab reads the TAP.
set -euo pipefail

: "${LAB_OUT:?in-lab.sh runs inside the lab only}" "${KVMLAT_KO:?names the module to test}"
number=0

vendor=kvm_amd
! grep -qw vmx /proc/cpuinfo || vendor=kvm_intel
modprobe "$vendor"
for test; do
	read -r -a command <<< "$test"
	number=$((number + 1))
	name=$(basename "${command[0]}")
	tap=$LAB_OUT/$(printf '%02d' "$number")-${name%.sh}.tap
	start=$(date +%s)
	status=0
	"${command[@]}" > "$tap" 2>&1 || status=$?
	echo "# exit status $status, $(($(date +%s) - start)) s" >> "$tap"
	# The harness says 1 when a test has failed, which its lines say too
	case $status in
	0 | 1) ;;
	*) echo "not ok - $name ended with status $status" >> "$tap" ;;
	esac
	# A line on the console, so that the start of a splat can be told from its end
	echo "kvmlat-selftest: $name done, status $status" > /dev/kmsg
	echo "# $test: status $status"
	if [ -e /sys/module/kvmlat ]; then
		echo "not ok - $name left the module loaded" >> "$tap"
		rmmod kvmlat || exit 1
	fi
done

case ${LAB_KERNEL:-} in
sanitizer*) selftests/runner/detectors.sh > "$LAB_OUT/99-detectors.tap" || true ;;
esac

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# detectors.sh: run at the end of a sanitizer kernel's lab, with kvmlat unloaded: whether each detector
# still watched, and what those found that say nothing in the log, as TAP. The log is for lab/judge.
set -euo pipefail

number=0
failed=0
kmemleak=/sys/kernel/debug/kmemleak

# result NAME COMMAND...
result()
{
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number $name"
	else
		failed=$((failed + 1))
		echo "not ok $number $name"
	fi
}

lockdep_is_on()
{
	grep '^ debug_locks:' /proc/lockdep_stats | sed 's/^/#/'
	grep -q '^ debug_locks: *1$' /proc/lockdep_stats
}

# A leak that is younger than 5 s is none yet. The module is gone, and with it the names of its code:
# an address without a name was a module's that is gone.
no_leak()
{
	sleep 6
	echo scan > "$kmemleak" || return 1
	echo scan > "$kmemleak" || return 1
	awk '
		function end() { if (record != "") { if (ours) bad++; else other++; if (ours) printf "%s", record } }
		/^unreferenced object/ { end(); record = ""; ours = 0 }
		{ record = record "# " $0 "\n" }
		/\[kvmlat(_[a-z]+)?\]/ || /\] 0x[0-9a-f]+$/ { ours = 1 }
		END {
			end()
			printf "# %d leaks are of modules that are gone, %d of the kernel alone\n", bad, other
			exit bad != 0
		}' "$kmemleak"
}

log_says()
{
	# Not -m 1: dmesg would die of a closed pipe
	dmesg | grep "$1" | sed 's/^/# /'
}

echo "TAP version 13"
result "lockdep is still on" lockdep_is_on
case $LAB_KERNEL in
sanitizer)
	result "KASAN is on" log_says "KernelAddressSanitizer initialized"
	result "kmemleak has no record of ours" no_leak
	;;
sanitizer-race)
	# The log's beginning may be gone, for all the races that KCSAN sees in the kernel
	result "KCSAN is on" grep -q '^enabled: 1$' /sys/kernel/debug/kcsan
	;;
esac
echo "1..$number"
[ "$failed" = 0 ]

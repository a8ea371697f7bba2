# SPDX-License-Identifier: GPL-2.0-only
# What runs where; sourced by check and matrix. A suite is a group of test programs, a boot is one run
# of a machine with some of them.
# shellcheck shell=bash disable=SC2034

suite_names="exact ledger truth late halt detail nested trace perf wire ynl dump lifecycle knob ple cli top"
suite_kernels="6.1 6.1-rt 6.12 6.12-rt 7.x 7.x-rt"

# boot_shape MACHINE KERNEL BOOT: CPUs, MB and the limit in seconds
boot_shape()
{
	case $1 in
	amd) ;;
	*) echo 1 384 2700; return ;;
	esac
	case $2 in
	sanitizer*)
		# Many times slower, and KASAN keeps an eighth of the memory, and what was freed
		case $3 in
		multi) echo 2 3072 3600 ;;
		*) echo 1 3072 3600 ;;
		esac
		return
		;;
	esac
	case $3 in
	single | icount) echo 1 2048 900 ;;
	multi | no-tsc | isolated) echo 2 1024 900 ;;
	*) echo 1 1024 900 ;;
	esac
}

# boot_minutes BOOT: about how long it takes, the longest of them
boot_minutes()
{
	case $1 in
	single | multi | counts | more | users) echo 6 ;;
	icount) echo 4 ;;
	screen | brief) echo 3 ;;
	isolated) echo 2 ;;
	*) echo 1 ;;
	esac
}

# Two CPUs, which share a thread in QEMU, for what migrates and for readers beside writers; all else
# is faster with one. What must be so within 1 %, or polls for microseconds, needs a CPU whose time is
# not the real machine's: icount; what polls for seconds, one whose instructions are not too many for
# that: polls. In no-tsc the kernel does not trust the TSC, in isolated nothing runs on CPU 1 that is
# not put there.
amd_tests()
{
	cat <<-EOF
	single exact build/bin/test-exact -V migration -V vms_migration
	single exact build/bin/test-reserve -v one_cpu
	single wire build/bin/test-wire
	single wire build/bin/test-fuzz
	single wire build/bin/test-permission
	single trace build/bin/test-trace
	single ynl build/bin/test-ynl
	single cli selftests/live/command/cli.sh
	single cli selftests/live/command/load.sh
	single cli selftests/live/command/lines.py
	single dump build/bin/test-dump -T during_churn
	single dump build/bin/test-cursor -T during_churn
	single lifecycle build/bin/test-handover
	single lifecycle build/bin/test-lifecycle -T reset_under_load_and_readers
	multi exact build/bin/test-exact -v migration -v vms_migration -v shared_threads -v processes
	multi exact build/bin/test-reserve -v another_cpu
	multi lifecycle build/bin/test-handover
	multi lifecycle build/bin/test-hostile
	multi lifecycle build/bin/test-lifecycle -t reset_under_load_and_readers -t reset_of_one_vm -t killed_vmm
	multi dump build/bin/test-dump -t during_churn
	multi dump build/bin/test-cursor -t during_churn -t equals_a_whole_dump
	multi knob build/bin/test-knob-churn
	multi cli selftests/live/command/tune.sh
	multi ledger build/bin/test-ledger
	multi lifecycle build/bin/test-bounds
	icount knob build/bin/test-knob-halt
	icount truth build/bin/test-truth
	icount truth build/bin/test-switch
	icount lifecycle build/bin/test-end
	icount late build/bin/test-late
	icount late build/bin/test-outlier
	icount late build/bin/test-outlier-bounds
	icount late build/bin/test-timer
	icount halt build/bin/test-halt
	icount detail build/bin/test-detail
	icount nested build/bin/test-nested
	icount perf build/bin/test-perf
	knobs knob build/bin/test-knob
	knobs knob build/bin/test-knob-wire
	knobs knob build/bin/test-knob-vmm
	knobs knob build/bin/test-knob-param
	screen top selftests/live/command/top.sh
	isolated cli selftests/live/command/tutorial.sh --only 1,3,4
	polls cli selftests/live/command/tutorial.sh --only 2,5
	no-tsc exact build/bin/test-exact -v migration -v vms_migration -v shared_threads
	no-tsc ledger build/bin/test-ledger
	EOF
}

# Bochs has one CPU in these boots: a second makes it three times slower. Its clock counts
# instructions, 20 ns each, so an exit takes 22 us: longer than the polls of test-knob-halt, and in
# the seconds that a hog takes away from a vCPU there are more than the 8 preemptions that are kept.
# The boot "brief" is for a second kernel: what of an exit depends on vendor and kernel is seen while the module
# comes first; a module that comes later, and a reset, are the same on another vendor or kernel.
intel_tests()
{
	cat <<-EOF
	counts exact build/bin/test-exact -V migration -V vms_migration
	counts lifecycle build/bin/test-lifecycle -t vendor_reload -t killed_vmm -t reset_of_one_vm
	counts lifecycle build/bin/test-suspend
	counts ledger build/bin/test-ledger -V migration -V hotplug
	counts nested build/bin/test-nested
	counts trace build/bin/test-trace
	brief exact build/bin/test-exact -V migration -V vms_migration -t module_first
	brief nested build/bin/test-nested
	ple ple build/bin/test-ple
	ple ple build/bin/test-knob-ple
	more wire build/bin/test-wire
	more wire build/bin/test-fuzz
	more wire build/bin/test-permission
	more dump build/bin/test-dump -T during_churn -T thousand_vcpus
	more dump build/bin/test-cursor -t sends_what_changed -t of_another_load
	more truth build/bin/test-truth
	more halt build/bin/test-halt
	more late build/bin/test-late -T hog_beside_a_vcpu
	more detail build/bin/test-detail
	more knob build/bin/test-knob
	more knob build/bin/test-knob-wire
	more knob build/bin/test-knob-vmm
	more knob build/bin/test-knob-param
	users cli selftests/live/command/cli.sh
	EOF
}

# suite_tests MACHINE KERNEL: the line "BOOT SUITE COMMAND..." for each test there is for it
suite_tests()
{
	case $1 in
	amd) amd_tests ;;
	intel)
		intel_tests
		[ "$2" != 6.1 ] || echo "users perf build/bin/test-perf"
		;;
	# 6.1 and 6.12 cannot be told of the threshold that Bochs' pause filter lacks
	amd-bochs)
		case $2 in
		7.x*) echo "pause-filter ple build/bin/test-ple" ;;
		esac
		;;
	esac
}

# suite_select [NAME]: of the lines of suite_tests, those whose suite or program has the name, or all,
# each as "BOOT SUITE PROGRAM"
suite_select()
{
	local boot suite program rest
	while read -r boot suite program rest; do
		program=$(basename "$program" .sh)
		[ -z "${1:-}" ] || [ "$suite" = "$1" ] || [ "$program" = "$1" ] || continue
		echo "$boot $suite $program"
	done
}

# suite_absent VENDOR KERNEL SUITE: why there is no test
suite_absent()
{
	case $1:$2:$3 in
	amd:6*:ple) echo "QEMU has no pause filter, and this kernel does not use that of Bochs, which has no threshold" ;;
	intel:*:perf) echo "perf was compared in Bochs on 6.1; on 7.x it did not start there, the others were not tried" ;;
	intel:*:ynl) echo "the kernel's YNL client is Python, which needs minutes in Bochs to read the specification" ;;
	intel:*:top) echo "the test's tmux and Linux guest are not in the machine without shared files" ;;
	esac
}

# SPDX-License-Identifier: GPL-2.0-only
# Boots the lab's machines with the tests of suites.sh, as many at once as there are CPUs; sourced by
# check. What a boot leaves is in $out/KERNEL-MACHINE-BOOT: the TAP of each test, the kernel's log, and
# in "suites" whose suite the tests are.
# shellcheck shell=bash disable=SC2154

# The module for a kernel, from compile-matrix if that has built it in this run
module()
{
	local assignments LAB_ROOT LAB_RELEASE made
	assignments=$(selftests/lab/kernel "$1")
	eval "$assignments"
	made=$top/build/compile-matrix/$(basename "$LAB_ROOT")/$LAB_RELEASE/kvmlat.ko
	if [ -e "$out/compile.tap" ] && [ -e "$made" ]; then
		mkdir -p "$out/kmod-$1"
		cp "$made" "$out/kmod-$1/"
	else
		selftests/lab/kmod "$1" kmod "$out/kmod-$1"
	fi
}

# build_modules KERNEL
build_modules()
{
	[ -e "$out/kmod-$1/kvmlat.ko" ] ||
		one "kernel $1: the module builds" "$out/build-$1.tap" module "$1"
	[ -e "$out/fake-$1/kvm_amd.ko" ] ||
		one "kernel $1: the fake vendor modules build" "$out/build-fake-$1.tap" \
			selftests/lab/kmod "$1" selftests/modules/fake "$out/fake-$1"
}

# boot MACHINE KERNEL BOOT [SUITE...]: to be run by run_boots, with all suites or these; with $wanted,
# only what has that name
queue=()
boot()
{
	local machine=$1 kernel=$2 boot=$3 name=$2-$1-$3 dir tag suite command
	shift 3
	dir=$out/$name
	mkdir -p "$dir"
	while read -r tag suite command; do
		[ "$tag" = "$boot" ] || continue
		[ $# = 0 ] || [[ " $* " == *" $suite "* ]] || continue
		[ -n "$(suite_select "${wanted:-}" <<< "$tag $suite $command")" ] || continue
		echo "$suite" >> "$dir/suites"
		echo "$command" >> "$dir/tests"
	done < <(suite_tests "$machine" "$kernel")
	echo "$machine $kernel $boot" > "$dir/boot"
	queue+=("$name")
}

# Bochs sees only the files that the command names
bochs_files()
{
	echo "$out/fake-$1/kvm_amd.ko"
	echo "$out/fake-$1/kvm_intel.ko"
	echo "$out/fake-$1/kvmlat_restart.ko"
	[ "$2" = users ] || return 0
	selftests/lab/python-files json jsonschema
	printf '%s\n' Documentation/schema/* selftests/live/command/schema.py \
		/usr/bin/{awk,cut,mktemp,perf,seq,setpriv,timeout}
}

run_boot()
{
	local dir=$out/$1 machine kernel boot shape smp mem limit status=0
	local -a how=() tests=() files=()
	read -r machine kernel boot < "$dir/boot"
	shape=$(boot_shape "$machine" "$kernel" "$boot")
	read -r smp mem limit <<< "$shape"
	mapfile -t tests < "$dir/tests"
	[ "$boot" != icount ] || how+=(--icount)
	[ "$boot" != polls ] || how+=(--icount --insn-ns 8)
	[ "$boot" != no-tsc ] || how+=(--append tsc=unstable)
	[ "$boot" != isolated ] || how+=(--append isolcpus=1)
	if [ "$machine" != amd ]; then
		mapfile -t files < <(bochs_files "$kernel" "$boot")
		files=("FILES=${files[*]}")
	fi
	selftests/lab/run --machine "$machine" --kernel "$kernel" --smp "$smp" --mem "$mem" \
		--timeout "$limit" "${how[@]}" --out "$dir" -- \
		env KVMLAT_KO="$out/kmod-$kernel/kvmlat.ko" FAKE_KO="$out/fake-$kernel" KSRC="$source" \
		"${files[@]}" selftests/runner/in-lab.sh "${tests[@]}" > "$dir/lab.log" 2>&1 9>&- || status=$?
	echo "$status" > "$dir/lab.status"
}

# report NAME: adds up what a boot has left
report()
{
	local dir=$out/$1 machine kernel boot status tap count
	read -r machine kernel boot < "$dir/boot"
	status=$(cat "$dir/lab.status")
	count=$(wc -l < "$dir/tests")
	if [ "$status" != 0 ]; then
		{
			echo "1..1"
			sed 's/^/# /' "$dir/lab.log"
			case $status in
			124) echo "not ok 1 the lab's machine hung until its time-out" ;;
			125) echo "not ok 1 the lab broke" ;;
			126) echo "not ok 1 the kernel complained" ;;
			*) echo "not ok 1 in-lab.sh ended with status $status" ;;
			esac
		} > "$dir/00-lab.tap"
		tally "$kernel, $machine, $boot" "$dir/00-lab.tap"
	fi
	for tap in "$dir"/*.tap; do
		case $tap in
		*/00-lab.tap | *'*.tap') continue ;;
		esac
		tally "$kernel, $machine, $boot, $(basename "$tap" .tap)" "$tap"
	done
	# A program that never ran has left no TAP
	if [ "$(find "$dir" -name '*.tap' ! -name 00-lab.tap | wc -l)" -lt "$count" ]; then
		failed=$((failed + 1))
		say "$kernel, $machine, $boot: some of its $count programs never ran"
	fi
}

# longest_first: the queue, in an order in which no CPU is without a machine at the end while another has a long one
longest_first()
{
	local name machine kernel boot
	for name in "${queue[@]}"; do
		read -r machine kernel boot < "$out/$name/boot"
		echo "$(boot_minutes "$boot") $name"
	done | sort -s -k 1,1nr | cut -d' ' -f2
}

run_boots()
{
	local name pid running=0 limit
	local -A boot_of=()
	limit=$(nproc)
	mapfile -t queue < <(longest_first)
	# What runs in the background does not hear of Ctrl-C
	trap 'trap - TERM; kill 0' INT
	for name in "${queue[@]}" ""; do
		while [ "$running" -gt 0 ] && { [ -z "$name" ] || [ "$running" -ge "$limit" ]; }; do
			# Also what longest_first ran in, or a stage before left behind, may have ended
			wait -n -p pid || true
			[ -n "${boot_of[${pid:-none}]:-}" ] || continue
			running=$((running - 1))
			report "${boot_of[$pid]}"
		done
		[ -n "$name" ] || break
		say "booting: $(tr ' ' ',' < "$out/$name/boot" | sed 's/,/, /g; s/^\([^,]*\), \([^,]*\)/\2, \1/')"
		run_boot "$name" &
		boot_of[$!]=$name
		running=$((running + 1))
	done
	trap - INT
	queue=()
}

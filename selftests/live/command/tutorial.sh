#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tutorial.sh [--record | --try N] [--only N,N] [MODULE]: does what kvmlat-tutorial(7) tells, story by story, with guests of whom
# the complaint is true, and looks whether each command prints what the page shows: the same lines, but for numbers.
# What the story is about has to be true of the numbers, too. With --record the page's commands are run and printed
# with what they say, for the page; with --try there is a shell beside the guests of story N, for whoever reads it.
# Needs KVM and root, stories 1, 3 and 4 an isolated CPU 1, stories 2 and 5, which poll, a clock of the lab's own,
# with instructions that are not too many for seconds of polls:
# `selftests/lab/run --smp 2 --append isolcpus=1 --kvm -- selftests/live/command/tutorial.sh --only 1,3,4 MODULE`,
# `selftests/lab/run --icount --insn-ns 8 --kvm -- selftests/live/command/tutorial.sh --only 2,5 MODULE`.
set -euo pipefail

record='' try='' stories='1 2 3 4 5'
while :; do
	case ${1:-} in
	--record) record=yes; shift ;;
	--only) stories=${2//,/ }; shift 2 ;;
	--try)
		try=$2
		[[ $try =~ ^[1-5]$ ]] || { echo "tutorial.sh: story \"$try\" is none of 1 to 5" >&2; exit 2; }
		shift 2
		[ $# -gt 0 ] || set -- "build/kmod/${LAB_KERNEL:-6.1}/kvmlat.ko"
		;;
	*) break ;;
	esac
done
# shellcheck source=selftests/live/command/tap.sh
source "$(dirname "$0")/tap.sh"
page=$top/Documentation/man/kvmlat-tutorial.7.rst
export KVMLAT_RUN_DIR=$work/run

# blocks TITLE: the lines of the literal blocks of a section of the page, without their indent
blocks()
{
	awk -v title="$1" '
		# The line under a title tells that it is one
		/^=+$/ { on = last == title; literal = 0 }
		on && literal && /^   / { print substr($0, 4) }
		on && literal && /^[^ ]/ { literal = 0 }
		on && /::$/ { literal = 1 }
		{ last = $0 }' "$page"
}

# What stays of a line when its numbers are not looked at; "-" stands where one could be. Which states there are under
# the name of a VM, and so where that line is broken, is by chance.
skeleton()
{
	sed -E '/^(guest|exit|user|poll|wait|runq|off) [0-9.]+ %/d
		s/^(VM .* s): .*/\1/
		:a; s/(^|[ (])(<?[0-9][0-9.:-]*(ns|us|ms|s|%)?|-)([ ,;):"]|$)/\1N\4/; ta
		s/  +/ /g; s/^ | $//g'
}

# as_shown: each line of $work/shown, but for "[...]", has one like it in $work/out
as_shown()
{
	local line status=0
	skeleton < "$work/out" | sort -u > "$work/has"
	while read -r line; do
		case $line in
		'' | '[...]') continue ;;
		esac
		grep -qxF -- "$line" "$work/has" || { echo "no line is like \"$line\""; status=1; }
	done < <(skeleton < "$work/shown")
	return "$status"
}

# told STORY: runs the page's commands; $check, with the number of the command, looks at $work/out
told()
{
	local story=$1 line command='' n=0
	: > "$work/shown"
	while IFS= read -r line; do
		case $line in
		'# '*)
			[ -z "$command" ] || run "$n" "$command"
			command=${line#'# '}
			n=$((n + 1))
			: > "$work/shown"
			;;
		*) echo "$line" >> "$work/shown" ;;
		esac
	done < <(blocks "$story"; echo '# end')
	[ -n "$record" ] || is "the story has commands" yes "$([ "$n" -gt 3 ] && echo yes)"
}

run()
{
	local n=$1 command=$2 status=0
	timeout 60 bash -c "$command" > "$work/out" 2>&1 < /dev/null || status=$?
	if [ -n "$record" ]; then
		printf '# %s\n' "$command"
		cat "$work/out"
		# It may do what the story says is done in the guest
		"$check" "$n" > /dev/null 2>&1 || true
		return
	fi
	verdict "$status" "$command" "$work/out"
	status=0
	as_shown > "$work/lacks" || status=1
	verdict "$status" "prints what the page shows" "$work/lacks" "$work/out"
	status=0
	"$check" "$n" > "$work/lacks" 2>&1 || status=1
	verdict "$status" "and the numbers say what the page says" "$work/lacks" "$work/out"
}

# What follows is called where set -e is off: one expression each

# value ROW COLUMN: of the last table that has both; a bound is as good as the value
value()
{
	awk -v row="$1" -v column="$2" '
		$1 ~ /^[A-Z]+$/ { at = 0; for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 == row && at { found = $at }
		END { sub(/^</, "", found); print found }' "$work/out"
}

# holds NUMBER OPERATOR NUMBER
holds()
{
	awk -v a="$1" -v b="$3" "BEGIN { exit !(a != \"\" && a + 0 $2 b + 0) }" ||
		{ echo "\"$1\" $2 \"$3\" is wrong"; return 1; }
}

guest()
{
	kvmlat-vmm "$@" --forever < /dev/null > /dev/null &
	vmm=$!
	soon 1 eval "kvmlat list --csv | grep -c ',$vmm,.*,0\$'"
}

# A task that wants CPU 1, under a name that is told again. Not CPU 0: all CPUs of the lab share one of the machine,
# which a busy one would take from the other without anybody there to tell.
hog()
{
	ln -sf /bin/sh "$work/$1"
	taskset -c 1 "$work/$1" -c 'while :; do :; done' &
}

ends()
{
	kill "$@"
	wait "$@" 2> /dev/null || true
}

late()
{
	case $1 in
	# How often, and how late the guest still is without it, depends on how busy the real machine is
	1) holds "$(value preempt COUNT)" '>' 0 && grep ' backup (' "$work/out" ;;
	4) ! grep ' backup (' "$work/out" ;;
	esac
}

burns()
{
	case $1 in
	1) holds "$(value TIME% POLL)" '>' 30 ;;
	2) holds "$(value poll-hit COUNT)" '>' "$(value poll-miss COUNT)" ;;
	5)
		holds "$(value TIME% POLL)" '<' 0.5 && holds "$(value TIME% WAIT)" '>' 80
		;;
	esac
}

device()
{
	case $1 in
	1) [ "$(awk '$1 == "REASON" { getline; print $1 }' "$work/out")" = io ] ;;
	3) [ "$(awk '$1 == "KIND" { getline; print $1, $2, $3 }' "$work/out")" = "pio-out 0x3f8 serial" ] ;;
	4) holds "$(value user:IO COUNT)" '>' "$(value wake COUNT)" ;;
	5)
		ends "$vmm"
		guest --do cpuid=10 --do hlt=2:5000 --name web
		;;
	6) holds "$(value io COUNT)" '<' 400 ;;
	esac
}

two()
{
	case $1 in
	1)
		before=$(value TIME% RUNQ)
		holds "$before" '>' 20
		;;
	2) grep -q " kvmlat-vmm ($batch)\$" "$work/out" ;;
	3) grep -q " $batch .* kvmlat-vmm  batch\$" "$work/out" ;;
	# batch shares its CPU with whoever looks at it
	5) holds "$(value TIME% RUNQ)" '<' "$((${before%.*} / 2))" ;;
	esac
}

helped()
{
	case $1 in
	1) before=$(value wake P50/us) ;;
	3) holds "$(value wake P50/us)" '<' "$before" ;;
	4) holds "$(value poll-hit TIME%)" '>' 50 ;;
	esac
}

# A shell, in which the page's commands can be typed
typed()
{
	# The section without the marks of reStructuredText, for a terminal
	awk -v title="$1" '
		/^=+$/ { on = last == title; if (!on) shown = "" }
		{ if (on && shown != "") print shown; shown = on && !/^=+$/ ? $0 " " : ""; last = $0 }' "$page" |
		sed -E 's/\*\*([^*]+)\*\*/\1/g; s/([.?]) :: *$/\1/; s/:: *$/:/; s/\\ ?//g; s/ $//' |
		awk '/^[^ ]/ { words = words $0 " "; next } { if (words) print words; words = ""; print }
			END { print words }' | fold -s -w 80 > "$work/story"
	cat > "$work/rc" <<-EOF
	PS1='# '
	story()
	{
		more "$work/story"
	}
	EOF
	printf '\n%s, of kvmlat-tutorial(7): "story" shows what to type here, "exit" ends it\n' "$1"
	[[ ! $try =~ [25] ]] || [ "${LAB_ICOUNT:-0}" != 0 ] ||
		printf 'this guest is polled for, which "make tutorial STORY=%s" has a better machine for\n' "$try"
	bash --rcfile "$work/rc" -i || true
}

# story TITLE CHECK: its guests run
story()
{
	check=$2
	[ -z "$record" ] || printf '\n%s\n' "$1"
	if [ -n "$try" ]; then typed "$1"; else told "$1"; fi
	kvmlat rt --undo > /dev/null 2>&1 || true
	kvmlat undo --all > /dev/null 2>&1 || true
	# shellcheck disable=SC2046 # one word each
	ends $(jobs -p)
}

story_1()
{
	hog backup
	hog backup
	guest --do hlt=5:1000 --do cpuid=5 --name rt --cpu 1
	story "MY GUEST'S CYCLICTEST SHOWS 200 US" late
}

story_2()
{
	echo 2000000 > "$polls"
	guest --do hlt=5:1000 --name idle
	story "AN IDLE GUEST BURNS A CORE" burns
	echo 200000 > "$polls"
}

story_3()
{
	guest --do pio=50:0x3f8 --do cpuid=10 --do hlt=2:5000 --name web
	story "WHICH DEVICE IS IT" device
}

story_4()
{
	guest --do spin=50:20000 --do hlt=1:2000 --name web
	guest --do spin=50:20000 --name batch
	batch=$(kvmlat rt -g batch --csv | awk -F , 'NR == 2 { print $5 }')
	story "TWO GUESTS DISTURB EACH OTHER" two
}

story_5()
{
	guest --do hlt=5:500 --name web
	story "DID MY TUNING HELP" helped
}

polls=/sys/module/kvm/parameters/halt_poll_ns
if [ -n "$try" ]; then
	insmod "$module"
	"story_$try"
	rmmod kvmlat
	exit
fi
[ -n "$record" ] || echo "TAP version 13"
insmod "$module"
for wanted in $stories; do
	"story_$wanted"
done
rmmod kvmlat
[ -n "$record" ] || finish

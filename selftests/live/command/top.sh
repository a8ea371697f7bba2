#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# top.sh [MODULE]: kvmlat top on a terminal of tmux, and in pipes, with real guests. Needs KVM
# and root: run it in the lab, `selftests/lab/run --kvm -- selftests/live/command/top.sh MODULE`.
# The screens that it saw stay in $LAB_OUT/top.
set -euo pipefail

# shellcheck source=selftests/live/command/tap.sh
source "$(dirname "$0")/tap.sh"
export LC_ALL=C.UTF-8
shots=${LAB_OUT:-$work}/top
block='(▁|▂|▃|▄|▅|▆|▇|█)'
mkdir -p "$shots"
trap 'mux kill-server 2> /dev/null || true; cleanup' EXIT

mux()
{
	TMUX='' tmux -S "$work/mux" -f /dev/null "$@"
}

shot()
{
	mux capture-pane -p -t pane > "$work/screen"
}

keys()
{
	mux send-keys -t pane "$@"
}

# shows NAME REGEX...: within 60 s, the machine may be busy, there is a screen on which each is found
shows()
{
	local name=$1 regex missing begin=$SECONDS
	shift
	while :; do
		shot
		missing=''
		for regex; do
			like "$regex" "$work/screen" || missing=$regex
		done
		if [ -z "$missing" ] || [ $((SECONDS - begin)) -gt 60 ]; then break; fi
		pause 0.2
	done
	cp "$work/screen" "$shots/$(printf '%02d' "$((number + 1))")"
	[ -z "$missing" ] || echo "# nothing is like \"$missing\""
	verdict "$([ -z "$missing" ] && echo 0 || echo 1)" "$name" "$work/screen"
}

# holds NAME COMMAND...: about the last screen
holds()
{
	local name=$1 status=0
	shift
	"$@" > "$work/holds" 2>&1 || status=1
	verdict "$status" "$name" "$work/holds" "$work/screen"
}

# fits COLUMNS LINES: the screen is that large, and nothing of it was wrapped
fits()
{
	echo "$(wc -L < "$work/screen") columns, $(wc -l < "$work/screen") lines"
	[ "$(wc -L < "$work/screen")" -le "$1" ] && [ "$(wc -l < "$work/screen")" -le "$2" ] &&
		[ "$(grep -c '^kvmlat top ' "$work/screen")" = 1 ]
}

# The seven states of each row of a list at 80 columns make 100 %, rounded to 0.05 each
states_add_up()
{
	awk '/^VM|^VCPU/ { on = 1; next }
		on && NF > 9 && $0 !~ /help/ {
			for (i = 1; i <= NF && $i !~ /^[0-9]+\.[0-9]$/; i++) ;
			sum = 0
			for (n = 1; n <= 7; n++) sum += $(i + n)
			rows++
			if (sum < 99.6 || sum > 100.4) { print sum " %: " $0; bad = 1 }
		}
		END { if (!rows) print "no row"; exit bad || !rows }' "$work/screen"
}

# ratio FIRST SECOND: the rates of two reasons by each other
ratio()
{
	awk -v first="$1" -v second="$2" '
		$1 == first { a = $2 }
		$1 == second { b = $2 }
		END { print b ? a / b : 0 }' "$work/screen"
}

between()
{
	awk -v low="$1" -v x="$2" -v high="$3" 'BEGIN {
		if (x < low || x > high) { print x " is not from " low " to " high; exit 1 } }'
}

# The histogram's bars add up to its count, and end with 100 %
bars_add_up()
{
	awk '/^count/ { count = $2 }
		/^ +FROM/ { on = 1; next }
		on && $3 ~ /^[0-9]+$/ { sum += $3; last = $5 }
		END {
			if (!count || sum != count || last != "100.00") {
				print sum " of " count ", " last " %"; exit 1
			}
		}' "$work/screen"
}

# starts NAME ENVIRONMENT...: a terminal with a top, which tells its exit code when it has ended
starts()
{
	local options=$1
	shift
	mux kill-session -t pane 2> /dev/null || true
	cat > "$work/run.sh" <<-EOS
		stty -g > "$work/before"
		env $* kvmlat top $options
		echo "ended with \$?"
		stty -g > "$work/after"
		sleep 600
	EOS
	mux new-session -d -s pane -x 80 -y 24 "bash $work/run.sh"
}

# ended CODE: top gave the terminal back as it was
ended()
{
	shows "${2:-it ends} with $1" "^ended with $1\$"
	holds "and leaves the terminal as it was" cmp "$work/before" "$work/after"
	holds "with its cursor, on the main screen" test \
		"$(mux display-message -p -t pane '#{cursor_flag}#{alternate_on}')" = 10
}

echo "TAP version 13"
gives 2 'the kernel module is not loaded' kvmlat top
insmod "$module"
gives 1 'count "0" is not' kvmlat top -n 0
gives 1 'sort key "foo" is none' kvmlat top -k foo
gives 1 'filter "\[" is no regular expression' kvmlat top -f '['
gives 1 'no option "--nope"' kvmlat top --nope
warns 'no VM has the guest name "nobody": waiting for one$' \
	sh -c '! kvmlat top -d 0.3 -g nobody'
gives 3 'reading needs CAP_PERFMON' "${nobody[@]}" kvmlat top
gives 0 '^all VMs' kvmlat top -n 1 -i 0.1

starts "-i 0.5"
shows "without a VM it waits for one" '^kvmlat top .* 0 VMs, 0 vCPUs .*every 0.5 s' '^no VM runs$'

kvmlat-vmm --do cpuid=40 --do hypercall=10 --do pio=5 --do hlt=5:20000 --forever --vcpus 2 --name web > /dev/null &
web=$!
kvmlat-vmm --do hlt=2:50000 --do cpuid=1 --forever --name db > /dev/null &
db=$!
shows "VMs appear" ' 2 VMs, 3 vCPUs ' '^all +[0-9]' '^[0-9]+ web +[0-9.]+ ' '^[0-9]+ db +[0-9.]+ '
shows "with their figures" 'web( +[0-9.]+){8} +[0-9.]+[um]s ' '^VM  .*GUEST EXIT USER POLL WAIT RUNQ' \
	"web.*$block"
holds "within 80 columns and 24 lines" fits 80 24
holds "their states add up to 100 %" states_add_up
keys Down
keys Enter
shows "Enter opens a VM" '^VM [0-9]+ "web": vCPUs' '^0 kvmlat-vmm ' '^1 kvmlat-vmm '
holds "the states of vCPUs add up to 100 %" states_add_up
keys End
keys Enter
shows "and a vCPU" '^VM [0-9]+ "web", vCPU [01] "kvmlat-vmm"' '^cpuid +[0-9.]+ ' '^io ' '^wake '
holds "within 80 columns and 24 lines" fits 80 24
keys t
keys r
sleep 6
shows "t shows totals" 'total since [0-9:]+$' '^cpuid +[0-9.]+ '
holds "4 CPUIDs come with each hypercall" between 3.6 "$(ratio cpuid hypercall)" 4.4
keys Enter
shows "and a reason" 'vCPU [01] "kvmlat-vmm", cpuid$' '^count [0-9]+ +rate ' '^p50 .* p99 .* max ' \
	'^ +FROM +TO +COUNT'
holds "its bars add up" bars_add_up
holds "within 80 columns and 24 lines" fits 80 24
keys Escape
shows "Escape goes back" '"web", vCPU' '^REASON'
keys f
keys -l 'io|msr'
keys Enter
shows "f filters" 'only /io\|msr/$' '^io '
holds "out what does not match" test "$(grep -c '^cpuid' "$work/screen")" = 0
keys c
shows "c clears the filter" '^cpuid '
keys o
shows "o sorts" 'by OWN%$'
keys BSpace
shows "Backspace goes back" '"web": vCPUs'
keys Left
shows "and Left" '^all VMs  '
keys t
keys h
shows "h helps" 'sort by the next' 'filter by regular expression' 'any other key goes back'
keys h
keys s
keys -l '000'
keys C-u
keys -l 0.2
keys Enter
shows "s sets the interval" 'every 0.2 s, last interval$' '^VM '
keys Space
shows "Space stops the screen" 'PAUSED'
cp "$work/screen" "$work/paused"
sleep 1.5
shot
holds "so that nothing changes" cmp "$work/paused" "$work/screen"
keys Space
sleep 1.5
shot
holds "until Space is pressed again" test "$(cmp "$work/paused" "$work/screen" > /dev/null; echo $?)" = 1

mux resize-window -t pane -x 60 -y 15
sleep 1
shows "a small terminal has the columns that fit" 'web( +[0-9.]+){5} '
holds "within 60 columns and 15 lines" fits 60 15
mux resize-window -t pane -x 20 -y 4
sleep 1
shows "a tiny one" '^kvmlat top'
mux resize-window -t pane -x 200 -y 60
shows "a large one has all" 'WAKE P99 RUNQ P99 WAKE MAX RUNQ MAX +PID VCPUS' "web.* $web +2 "
holds "within 200 columns and 60 lines" fits 200 60
mux resize-window -t pane -x 80 -y 24
sleep 1

kvmlat-vmm --do hlt=2:50000 --forever --name third > /dev/null &
third=$!
shows "a new VM appears" ' 3 VMs, 4 vCPUs ' '^[0-9]+ third '
kill "$db"
shows "one that ends goes" ' 2 VMs, 3 vCPUs ' '^[0-9]+ third '
shot
holds "and is no row any more" test "$(grep -c '^[0-9]* db ' "$work/screen")" = 0
keys R
shows "R asks" 'reset the accounts'
keys y
shows "and resets" 'the accounts begin anew'
keys q
ended 0 "q ends it"

for signal in INT TERM HUP QUIT; do
	starts "-i 0.2"
	shows "it runs" '^[0-9]+ web '
	pkill -"$signal" -x -P "$(mux display-message -p -t pane '#{pane_pid}')" kvmlat
	ended 0 "SIG$signal ends it"
done

starts "-i 0.2 -g web --per-vcpu -k name" NO_COLOR=1
shows "-g, --per-vcpu and -k choose" ' 1 VM, 2 vCPUs ' '^[0-9]+ web/0 '
mux capture-pane -p -e -t pane > "$work/screen"
holds "NO_COLOR has no colours" test "$(grep -cE $'\e\[[0-9;]*3[0-7]m' "$work/screen")" = 0
kill "$third"
starts "-i 0.2 --per-vcpu"
shows "it runs" "^[0-9]+ web/1 .*$block"
mux capture-pane -p -e -t pane > "$work/screen"
holds "a terminal with colours has some" grep -qE $'\e\[[0-9;]*3[0-7]m' "$work/screen"
starts "-i 0.2" LC_ALL=C
shows "it runs" '^[0-9]+ web.*[#*+=]'
holds "a locale without UTF-8 has none" test "$(LC_ALL=C grep -c '[^ -~]' "$work/screen")" = 0
starts "-i 0.2 -n 3"
ended 0 "-n ends it"
starts "" TERM=nonsense
shows "a terminal that nothing is known of" 'nothing is known of the terminal "nonsense"' '^ended with 5$'
starts "-i 0.2" "${reader[*]}"
shows "reading takes CAP_PERFMON only" '^[0-9]+ web '
keys R
keys y
shows "resetting takes more, and top goes on" 'reset needs CAP_SYS_ADMIN|changing needs CAP_SYS_ADMIN' \
	'^[0-9]+ web '
keys q
ended 0 "q ends it"

gives 0 '^[0-9]+ web +[0-9.]+' kvmlat top -n 2 -i 0.5
is "two tables" 2 "$(grep -c '^VM  ' "$work/out")"
is "no escape sequences" 0 "$(grep -c $'\e' "$work/out")"
gives 0 '^[0-9]+ web/1 +[0-9.]+' kvmlat top -b -n 1 -i 0.5 --per-vcpu -f web

starts "-b -i 600"
sleep 1
keys Enter
shows "on a terminal -b ends its interval at Enter" '^[0-9]+ web +[0-9.]+' 'every 600 s'
keys q Enter
ended 0 "and all at q"

starts "-i 0.2"
shows "it runs" '^[0-9]+ web '
rmmod kvmlat
ended 2 "it ends when the module goes,"
shot
holds "and says why" grep -q '^kvmlat: the kernel module is not loaded' "$work/screen"
finish

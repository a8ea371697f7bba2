#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# cli.sh [MODULE]: what kvmlat tells about real guests, its exit codes and its JSON. Needs KVM
# and root: run it in the lab, `selftests/lab/run --kvm -- selftests/live/command/cli.sh MODULE`.
set -euo pipefail

# shellcheck source=selftests/live/command/tap.sh
source "$(dirname "$0")/tap.sh"

# column NAME FIELD VALUE FILE: the sum of a column of CSV over the lines whose FIELD is VALUE; a
# column that is not there is no 0
column()
{
	awk -F , -v name="$1" -v field="$2" -v value="$3" '
		NR == 1 {
			for (i = 1; i <= NF; i++) at[$i] = i
			missing = !(name in at) || !(field in at)
			next
		}
		!missing && $at[field] == value { sum += $at[name] }
		END { print NR == 0 || missing ? "no column " name " or " field : sum + 0 }' "$4"
}

# count REASON FILE: the exits of a reason
count()
{
	column count reason "$1" "$2"
}

# all_cpuids: and leaves the CSV in $work/csv
all_cpuids()
{
	kvmlat stat -1 --csv > "$work/csv"
	count $cpuid "$work/csv"
}

# port_visits GUEST: to the VMM; and leaves the CSV in $work/late
port_visits()
{
	kvmlat stat -1 -g "$1" --lateness --csv > "$work/late"
	column count span user:IO "$work/late"
}

# vms_named GUEST: how many there are
vms_named()
{
	kvmlat list | grep -c " $1\$"
}

# What perf and the kernel's trace events call the exits, on either vendor
cpuid=cpuid hlt=hlt hypercall=hypercall io=io
if grep -qw vmx /proc/cpuinfo; then
	cpuid=CPUID hlt=HLT hypercall=VMCALL io=IO_INSTRUCTION
fi

echo "TAP version 13"
gives 2 'the kernel module is not loaded' kvmlat info
gives 2 'the kernel module is not loaded' kvmlat stat -- true
insmod "$module"
gives 0 '^kvm_exit +attached' kvmlat info
gives 4 'no VM has run' kvmlat stat
gives 0 '^ID ' kvmlat list
gives 3 'reading needs CAP_PERFMON' "${nobody[@]}" kvmlat info
gives 3 'changing needs CAP_SYS_ADMIN' "${reader[@]}" kvmlat reset
gives 0 '^ID ' "${reader[@]}" kvmlat list
gives 1 'interval "0" is not' kvmlat stat -i 0
gives 1 'pid "x" is not' kvmlat stat -p x
gives 1 'sort key "foo" is none' kvmlat stat -k foo
gives 1 'no option "--nope"' kvmlat stat --nope
gives 1 'option "-i" needs a value' kvmlat stat -i
gives 1 'no command "bogus"' kvmlat bogus
gives 1 'one command is expected, but there is "top"' kvmlat help stat top

kvmlat stat --csv -o "$work/csv" -- kvmlat-vmm --do cpuid=1000 --do pio=300 --do hypercall=70 \
	--name known > /dev/null
is "a command's CPUIDs are counted" 1000 "$(count $cpuid "$work/csv")"
is "its port writes, and two to begin and end" 302 "$(count $io "$work/csv")"
is "its hypercalls" 70 "$(count $hypercall "$work/csv")"
is "its name is known" known "$(awk -F , 'NR == 2 { print $6 }' "$work/csv")"
gives 127 'cannot run "/nonexistent"' kvmlat stat -- /nonexistent
code=0
kvmlat stat -o "$work/out" -- sh -c 'kvmlat-vmm --do cpuid=5 > /dev/null; exit 7' || code=$?
is "a command's exit code is kept" 7 "$code"
code=0
kvmlat stat -o "$work/out" -- sh -c 'kill -9 $$' || code=$?
is "a command's signal is told as a shell does" 137 "$code"
gives 4 'has a vCPU 7 that ran yet$' kvmlat stat --vcpu 7 -- sh -c 'kvmlat-vmm --do cpuid=5 > /dev/null'
gives 0 'gone  *kvmlat-vmm$' kvmlat list
succeeds kvmlat reset
gives 4 'no VM has run' kvmlat stat -1

kvmlat-vmm --do cpuid=200 --vcpus 3 --hold --name held < <(sleep 600) > /dev/null &
held=$!
kvmlat-vmm --do cpuid=300 --vms 2 --hold --name twin < <(sleep 600) > /dev/null &
# Both are idle once all of their CPUIDs are done.
soon 1200 all_cpuids
is "the CPUIDs of three VMs are counted" 1200 "$(count $cpuid "$work/csv")"
gives 0 "^ +[0-9]+ +$held +0 +3 +[0-9]+ +[0-9]+ +runs +held\$" kvmlat list
gives 0 'VM [0-9]+ "held", pid [0-9]+, 3 vCPUs' kvmlat stat -1 -g held
gives 0 "^$cpuid +200 " kvmlat stat -1 -g held --vcpu 2
gives 0 '^all VMs, 5 vCPUs' kvmlat stat -1 -a
gives 6 'guest name "twin" is that of several' kvmlat stat -1 -g twin
gives 4 'no VM has the guest name "nobody"' kvmlat stat -1 -g nobody
gives 4 'process 1 has no VM' kvmlat stat -1 -p 1
gives 0 "^$cpuid +200 " kvmlat stat -1 -g 'h*d' -g 'tw??' --vcpu 2-9
gives 4 'no VM has a guest name like "no[*]"' kvmlat stat -1 -g 'h*d' -g 'no*'
kvmlat stat -1 -g 't*' --vcpu 0,2-3 --csv > "$work/csv"
is "a pattern is of several" 600 "$(count $cpuid "$work/csv")"
warns 'no VM has the guest name "nobody": waiting for one$' sh -c '! kvmlat stat -d 0.3 -g nobody'
gives 4 'has a vCPU 7 that ran yet$' kvmlat stat -1 --vcpu 7
gives 4 'has a vCPU 7 that ran yet$' kvmlat stat -d 600 -g held --vcpu 7
kvmlat stat -1 -p "$held" --csv > "$work/csv"
is "a process is picked" 600 "$(count $cpuid "$work/csv")"
valid info kvmlat info --json
valid list kvmlat list --json
valid stat kvmlat stat -1 --json
valid stat kvmlat stat -i 0.2 -d 0.5 --per-vcpu --json
kvmlat stat -1 --per-vcpu --json > "$work/json"
is "what KVM took for exits is in the state exit" "5 vCPUs, 0 wrong" "$(python3 -c '
import json, sys
blocks = json.load(sys.stdin)["blocks"]
wrong = [b for b in blocks
         if not 0 < sum(r["own_ns"] for r in b["reasons"]) <= b["states"]["exit_ns"]]
print(len(blocks), "vCPUs,", len(wrong), "wrong")' < "$work/json")"
is "the states of each vCPU add up to its time" "5 vCPUs, 0 wrong" "$(python3 -c '
import json, sys
blocks = json.load(sys.stdin)["blocks"]
wrong = [b for b in blocks if sum(b["states"].values()) != b["elapsed_ns"]]
print(len(blocks), "vCPUs,", len(wrong), "wrong")' < "$work/json")"
# The second life of a guest: details of it are on before it does what is known
mkfifo "$work/gate"
kvmlat-vmm --do hlt=40:2000 --do pioin=30:0x1f7 --do pio=20:0x1f6 --do msr=15 --do cpuid=10:7 \
	--do hypercall=5:70 --do mmiord=12 --do usleep=6:3000 --start-gate "$work/gate" --hold \
	--name view < <(sleep 600) > /dev/null &
soon 1 vms_named view
gives 1 '"maybe" is neither on nor off' kvmlat detail maybe
gives 3 'needs CAP_SYS_ADMIN' "${reader[@]}" kvmlat detail on -g view
gives 0 '^ +[0-9]+ +[0-9]+ +off +view$' kvmlat detail -g view
gives 0 'details are off; "kvmlat detail on" switches them on' kvmlat stat -1 --detail -g view
succeeds kvmlat detail on -g view
gives 0 ' on +view$' kvmlat detail
gives 0 ' off +held$' kvmlat detail -g held
valid details kvmlat detail --json
gives 1 '"on" shows nothing: --json' kvmlat detail on --json
succeeds kvmlat reset -g view
# shellcheck disable=SC2016 # for the shell that is started
succeeds sh -c 'echo go > "$0"' "$work/gate"
soon 56 port_visits view
kvmlat stat -1 -g view --halt --csv > "$work/halt"
kvmlat stat -1 -g view --csv > "$work/csv"
kvmlat stat -1 -g view --detail --csv > "$work/detail"
kvmlat stat -1 -g view --states --csv > "$work/states"
# A HLT that finds its timer expired is an exit, and no halt
halts=$(column count span halt "$work/halt")
is "its HLTs are counted" 40 "$(count $hlt "$work/csv")"
is "its halts are counted" 1 "$((halts > 30 && halts <= 40))"
sleeps=$(column count span sleep "$work/halt")
# 2 ms are longer than any poll here
is "which slept, and none twice" 1 "$((sleeps > 30 && sleeps <= halts))"
is "its visits to the VMM for ports, of which the last is not over" 56 \
	"$(column count span user:IO "$work/late")"
is "and for MMIO" 12 "$(column count span user:MMIO "$work/late")"
is "its reads of a port" 30 "$(column count key 0x1f7 "$work/detail")"
is "its writes of another" 20 "$(column count key 0x1f6 "$work/detail")"
is "its hypercalls of a number" 5 "$(column count kind hypercall "$work/detail")"
is "its MSR" 15 "$(column count key 0x8b "$work/detail")"
is "its CPUID leaf" 10 "$(column count kind cpuid "$work/detail")"
is "its page" 12 "$(column count kind mmio-read "$work/detail")"
is "nothing had to make room" 0 "$(column evicted scope vm "$work/detail")"
is "it slept in the VMM" 1 "$(awk -F , 'NR == 2 { print ($15 >= 6 * 3000000) }' "$work/states")"
for view in states halt lateness detail; do
	valid "$view" kvmlat stat -1 "--$view" --json
	valid "$view" kvmlat stat -i 0.2 -d 0.5 --per-vcpu "--$view" --json
	valid "$view" kvmlat stat -1 -a "--$view" --json
	gives 0 '^VM [0-9]+ "view", pid' kvmlat stat -1 "--$view"
done
gives 0 '^now (wait|off|runq|user), for ' kvmlat stat -1 --states -g view --vcpu 0
gives 0 '^polls: [0-9]+ of [0-9]+ succeeded' kvmlat stat -1 --halt -g view
gives 0 '^user:IO +56 ' kvmlat stat -1 --lateness -g view
gives 0 '^pio-in +0x1f7 ide1 +30 +[0-9.]+ +0 ' kvmlat stat -1 --detail -g view
gives 1 '--halt does not go with --states' kvmlat stat -1 --states --halt
gives 1 '--key does not go with --states' kvmlat stat -1 --states -k time
gives 1 'sort key "p99" does not go with --detail' kvmlat stat -1 --detail -k p99

gives 0 '^(hlt|HLT): 40, ' kvmlat hist --reason Hlt -g view
gives 0 '^ *[0-9.]+ +[0-9.]+ +[0-9]+ +[0-9.]+ +100.00  ' kvmlat hist -g view --full
gives 0 '^mean [0-9]+  p50 [0-9]+  .* max [0-9]+$' kvmlat hist --kind halt -g view -u ns
gives 0 '^user:IO: 56, ' kvmlat hist --kind user --each -g view
gives 0 '^user:IO: 56, ' kvmlat hist --kind user:io -g view
valid hist kvmlat hist -a --json
valid hist kvmlat hist --each --per-vcpu --json
valid hist kvmlat hist -d 0.2 --kind user --json
valid hist kvmlat hist -i 0.2 -d 0.5 -g view --json
gives 0 'the whole run' kvmlat hist -i 0.2 -d 0.5 -g view
gives 1 '--once shows what was until now' kvmlat hist -1 -d 1
kvmlat hist --reason cpuid -g view --csv > "$work/hist"
is "a histogram has all exits" 10 "$(column count name $cpuid "$work/hist")"
gives 0 '^#\[Max +=[ 0-9.]+, Total count +=           10\]$' kvmlat hist --reason cpuid -g view --hdr
gives 0 '^ *0[.][0-9]{8}[1-9] +[0-9.]+ +[0-9]+|^ *0[.]0*[1-9][0-9]* ' kvmlat hist --reason cpuid -g view --hdr -u s
gives 6 'for one histogram, and there are ' kvmlat hist --hdr
gives 4 'has had any "wrmsr"' kvmlat hist --reason wrmsr
gives 4 'has a vCPU 7 that ran yet$' kvmlat hist --vcpu 7
gives 1 'kind "hlt" is none of exit, halt,' kvmlat hist --kind hlt
gives 1 'unit "m" is none of ns' kvmlat hist -u m
gives 1 '"cpuid" and "halt" are two histograms' kvmlat hist --reason cpuid --kind halt
gives 5 'cannot write "/nonexistent/x"' kvmlat hist -o /nonexistent/x
# More ports than a set of details holds: bounds take the place of exact counts
mapfile -t ports < <(python3 -c '
kind = 1 << 56	# pio-in
same = (p for p in range(0x1000, 0xff00) if ((kind | p) * 0x61c8864680b583eb >> 60) % 16 == 5)
print("\n".join(f"{7 * i % 13 + 1}:{port}" for i, port in zip(range(40), same)))')
kvmlat-vmm "${ports[@]/#/--do=pioin=}" --vcpus 2 --repeat 3 --start-gate "$work/gate" --hold \
	--name crowd < <(sleep 600) > /dev/null &
soon 1 vms_named crowd
succeeds kvmlat detail on -g crowd
# shellcheck disable=SC2016 # for the shell that is started
succeeds sh -c 'echo go > "$0"' "$work/gate"
soon 1650 port_visits crowd
kvmlat stat -1 -g crowd --detail --json > "$work/json"
is "each count has room for the truth" "evicted, 0 of 40 wrong" "$(python3 -c '
import json, sys
block = json.load(sys.stdin)["blocks"][0]
seen = {d["key"]: d for d in block["details"] if d["kind"] == "pio-in"}
wrong = 0
for order in sys.argv[1:]:
    n, port = map(int, order.split(":"))
    d = seen.get(port, {"count": block["unlisted_max"], "error": block["unlisted_max"]})
    wrong += not d["count"] - d["error"] <= 6 * n <= d["count"]
print("evicted," if block["evicted"] else "exact,", wrong, "of", len(sys.argv) - 1, "wrong")
' "${ports[@]}" < "$work/json")"
is "rates of details are of the time since they are on" "0 of 40 wrong" "$(python3 -c '
import json, sys
block = json.load(sys.stdin)["blocks"][0]
ports = [d for d in block["details"] if d["kind"] == "pio-in"]
wrong = [d for d in ports if not 0 < block["counted_ns"] < block["duration_ns"] or
         abs(d["rate"] * block["counted_ns"] / 1e9 - d["count"]) > 0.01 * d["count"] + 0.1]
print(len(wrong), "of 40 wrong")' < "$work/json")"
gives 0 ' times made a key room for another' kvmlat stat -1 --detail -g crowd
succeeds kvmlat detail off
gives 0 ' off +view$' kvmlat detail -g view
kvmlat stat -1 --detail -g view --csv > "$work/detail"
is "switched off, what was collected is dropped" 1 "$(wc -l < "$work/detail")"

code=0
timeout --preserve-status -s INT 1.5 kvmlat stat -i 600 > "$work/table" || code=$?
is "SIGINT ends with success" 0 "$code"
is "and with a table for each VM" 5 "$(grep -c "^REASON" "$work/table")"
succeeds kvmlat reset -g held
kvmlat stat -1 --csv > "$work/csv"
is "only what was named is reset" 610 "$(count $cpuid "$work/csv")"
code=0
kvmlat list > /dev/full 2> "$work/err" || code=$?
is "output that cannot be written is a failure" 5 "$code"
kvmlat stat -i 0.3 > "$work/out" 2> "$work/err" &
stat=$!
sleep 1
rmmod kvmlat
code=0
wait "$stat" || code=$?
is "stat ends when the module goes" 2 "$code"
schemas_hold
finish

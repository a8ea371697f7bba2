#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# tune.sh [MODULE]: turns knobs of real guests with kvmlat, applies profiles, and places vCPU
# threads. Needs KVM and root: run it in the lab,
# `selftests/lab/run --kvm -- selftests/live/command/tune.sh MODULE`.
set -euo pipefail

# shellcheck source=selftests/live/command/tap.sh
source "$(dirname "$0")/tap.sh"
kvm=/sys/module/kvm/parameters
export KVMLAT_RUN_DIR=$work/run KVMLAT_MODPROBE=$work/modprobe.conf
export KVMLAT_PROFILES=$work/profiles:$top/profiles KVMLAT_CONFIG=$work/kvmlat.conf
trap 'kvmlat profile undo > /dev/null 2>&1 || true; cleanup' EXIT

# knob COLUMN KNOB SCOPE [VM_ID [VCPU_ID]]: a value of kvmlat get --csv; 7 is value, 8 its source
knob()
{
	kvmlat get -a --csv | awk -F , -v column="$1" -v knob="$2" -v scope="$3" -v vm="${4:-}" \
		-v vcpu="${5:-}" '$1 == knob && $2 == scope && $3 == vm && $4 == vcpu { print $column }'
}

# vm_of GUEST: its id
vm_of()
{
	kvmlat list --csv | awk -F , -v guest="$1" '$3 == guest && $7 == 0 { print $1 }'
}

# polls VCPU: whether that vCPU of the guest "busy" polls when it halts
polls()
{
	kvmlat stat -d 1 -g busy --vcpu "$1" --csv | awk -F , '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
		$8 == "hlt" { halts += $11; polled += $column["poll_ns"] }
		END { print !halts ? "no halts" : polled ? "some" : "none" }'
}

dma_latency()
{
	od -An -td4 /dev/cpu_dma_latency | tr -d ' '
}

echo "TAP version 13"
for command in get "set halt_poll_ns=1" undo events "profile apply realtime" rt; do
	# shellcheck disable=SC2086 # several words
	gives 2 'the kernel module is not loaded' kvmlat $command
done
insmod "$module"
start=$(cat $kvm/halt_poll_ns $kvm/halt_poll_ns_grow $kvm/halt_poll_ns_grow_start \
	$kvm/halt_poll_ns_shrink)
default=$(cat $kvm/halt_poll_ns)

kvmlat knob-events --json > "$work/events" 2> "$work/events.err" &
events=$!
gives 0 '^halt_poll_ns +host +' kvmlat get
gives 1 'no knob "foo"' kvmlat get foo
gives 1 'no knob "foo"' kvmlat set foo=1
gives 1 '"halt_poll_ns" is not of the form' kvmlat set halt_poll_ns
gives 1 'name a knob and its value' kvmlat set
gives 1 'halt_poll_ns "5s" is out of range: 0 to ' kvmlat set halt_poll_ns=5s
gives 1 'halt_poll_ns "1m" is no time' kvmlat set halt_poll_ns=1m
gives 1 '--if-old: halt_poll_ns "x" is no time' kvmlat set halt_poll_ns=2ms --if-old x
gives 1 'inherit" is for VMs and vCPUs only' kvmlat set halt_poll_ns=inherit
gives 1 'change "x" is not a whole number' kvmlat undo x
gives 5 'change 4000000: ' kvmlat undo 4000000
gives 5 'nothing is changed that could be undone' kvmlat undo
gives 3 'needs CAP_PERFMON' "${nobody[@]}" kvmlat get
gives 0 '^halt_poll_ns +host +' "${reader[@]}" kvmlat get
gives 3 'needs CAP_SYS_ADMIN' "${reader[@]}" kvmlat set halt_poll_ns=1
gives 3 'needs CAP_SYS_ADMIN' "${reader[@]}" kvmlat undo --all
gives 3 'needs CAP_SYS_ADMIN' "${reader[@]}" kvmlat events

gives 0 '^halt_poll_ns +host .* checked' kvmlat set -n halt_poll_ns=50us
is "a dry run changes nothing" "$default" "$(cat $kvm/halt_poll_ns)"
gives 0 'change [0-9]+: "kvmlat undo' kvmlat set halt_poll_ns=50us halt_poll_ns_grow=3
is "both are set" "50000 3" "$(cat $kvm/halt_poll_ns) $(cat $kvm/halt_poll_ns_grow)"
gives 5 '^kvmlat: halt_poll_ns: .* is not what was expected: it is 50us$' \
	kvmlat set halt_poll_ns=60us --if-old 51us
gives 0 '^nothing was changed$' kvmlat set halt_poll_ns=50us
is "and why is told" "kvmlat: halt_poll_ns of the host is 50us already: there is nothing to change" \
	"$(cat "$work/err")"
is "what is not expected is not changed" 50000 "$(cat $kvm/halt_poll_ns)"
gives 0 applied kvmlat set halt_poll_ns=60us --if-old 50us
gives 1 'set: knob "halt_poll_ns" comes twice' \
	kvmlat set halt_poll_ns_grow=4 halt_poll_ns=1 halt_poll_ns=2
is "all or none" "60000 3" "$(cat $kvm/halt_poll_ns) $(cat $kvm/halt_poll_ns_grow)"
gives 0 '60us .* 50us .* restored' kvmlat undo
echo 77 > $kvm/halt_poll_ns
gives 5 'halt_poll_ns of the host is left as it is: somebody else changed it' kvmlat undo --all
is "what somebody else set is left" 77 "$(cat $kvm/halt_poll_ns)"
echo "$default" > $kvm/halt_poll_ns
warns 'halt_poll_ns=2ms: .* costs power' kvmlat set halt_poll_ns=2ms
valid undo kvmlat undo --json
is "the host is as it was" "$start" "$(cat $kvm/halt_poll_ns $kvm/halt_poll_ns_grow \
	$kvm/halt_poll_ns_grow_start $kvm/halt_poll_ns_shrink)"
# QEMU's processor has no pause filter, and that of Intel is not here
gives 5 '^kvmlat: ple_window: .*not loaded' kvmlat set ple_window=5000
gives 5 '^kvmlat: pause_filter_count: ' kvmlat set pause_filter_count=5000

printf '# mine\noptions kvm ignore_msrs=1' > "$KVMLAT_MODPROBE"
gives 0 'options kvm halt_poll_ns=40000: in effect from the next time that kvm is loaded' \
	kvmlat set --persist halt_poll_ns=40us
is "what stays is added to what was there" \
	"# mine|options kvm ignore_msrs=1|options kvm halt_poll_ns=40000|" \
	"$(tr '\n' '|' < "$KVMLAT_MODPROBE")"
gives 0 'would have options kvm halt_poll_ns=1' kvmlat set --persist -n halt_poll_ns=1
valid set kvmlat set --persist --json halt_poll_ns=30us
is "a value is replaced" "options kvm halt_poll_ns=30000" "$(tail -n 1 "$KVMLAT_MODPROBE")"
if [ -e /sys/module/kvm_amd/parameters/pause_filter_count ]; then
	warns 'pause_filter_count is not changed now: ' kvmlat set --persist pause_filter_count=4000
	is "what cannot be changed now can stay" "options kvm_amd pause_filter_count=4000" \
		"$(tail -n 1 "$KVMLAT_MODPROBE")"
fi
gives 5 'cannot be made to stay: module "kvm_intel" is not loaded' kvmlat set --persist ple_gap=0
gives 0 restored kvmlat undo --all

kvmlat-vmm --do hlt=5 --hlt-us 1000 --forever --vcpus 2 --name busy < /dev/null > /dev/null &
busy=$!
kvmlat-vmm --do cpuid=10 --hold --name idle < <(sleep 600) > /dev/null &
idle=$!
soon 2 eval "kvmlat list --csv | grep -cE 'busy|idle'"
soon 2 eval "kvmlat get -g busy --csv | grep -c ,vcpu,"
vm=$(vm_of busy)
other=$(vm_of idle)
gives 4 "has no vCPU 7" kvmlat set -g busy --vcpu 7 halt_poll_ns=0
gives 4 'no VM has the guest name "nobody"' kvmlat set -g nobody halt_poll_ns=0
gives 1 'is of the host only' kvmlat set -g busy halt_poll_ns_grow=3
gives 1 'is of the host only' kvmlat get -g busy halt_poll_ns_grow
gives 1 '--vcpu needs a VM' kvmlat set --vcpu 1 halt_poll_ns=0
gives 1 '--persist is for the host' kvmlat set --persist -g busy halt_poll_ns=0
warns 'vCPUs share [0-9]+ CPUs' kvmlat set -g busy halt_poll_ns=100us
is "a VM has a value of its own" "100000 vm" \
	"$(knob 7 halt_poll_ns vm "$vm") $(knob 8 halt_poll_ns vm "$vm")"
is "its vCPUs inherit it" "100000 vm" \
	"$(knob 7 halt_poll_ns vcpu "$vm" 1) $(knob 8 halt_poll_ns vcpu "$vm" 1)"
is "another VM has the host's" "$default host" \
	"$(knob 7 halt_poll_ns vm "$other") $(knob 8 halt_poll_ns vm "$other")"
gives 0 applied kvmlat set -g busy halt_poll_ns=0
gives 0 applied kvmlat set -p "$busy" --vcpu 1 halt_poll_ns=1ms
# A poll before the change is told when its halt ends
sleep 0.5
is "a vCPU whose VM may not poll does not" none "$(polls 0)"
soon some polls 1
is "its sibling with a window of its own does" some "$(polls 1)"
valid get kvmlat get -a --json
is "which get tells" "1000000 vcpu" \
	"$(knob 7 halt_poll_ns vcpu "$vm" 1) $(knob 8 halt_poll_ns vcpu "$vm" 1)"
gives 0 "^halt_poll_ns +vcpu $vm/1 +1ms +- +vcpu +" kvmlat get -g busy --vcpu 1
gives 0 applied kvmlat set -g busy --vcpu 1 halt_poll_ns=inherit --if-old 1ms
sleep 0.5
is "and not any more when it inherits" none "$(polls 1)"
gives 0 restored kvmlat undo --all
is "undo gives the VM back what the host has" "$default host" \
	"$(knob 7 halt_poll_ns vm "$vm") $(knob 8 halt_poll_ns vm "$vm")"

gives 0 '^realtime +- +' kvmlat profile list
valid profile kvmlat profile list --json
valid profile kvmlat profile show realtime --json
# As of diff(1), and of "tuned-adm verify"
valid profile sh -c 'kvmlat profile diff realtime --json; [ $? = 1 ]'
gives 0 'Sources: tuned' kvmlat profile show realtime
gives 1 'say what to do: list,' kvmlat profile
gives 1 '^kvmlat: profile: no argument is expected, but there is "x"' kvmlat profile list x
gives 1 '"kvmlat help profile" lists them all' kvmlat profile list --nope
gives 5 'no profile "nope"' kvmlat profile apply nope
gives 5 'cannot read ".*kvmlat.conf"' kvmlat profile apply
gives 5 'no profile is active' kvmlat profile undo
gives 1 'profile "../x" is no name' kvmlat profile show ../x
mkdir -p "$work/profiles"
printf '[host]\nhalt_poll_ns = 5m\n' > "$work/profiles/wrong.ini"
gives 5 'wrong.ini", line 2: halt_poll_ns "5m" is no time' kvmlat profile diff wrong
printf '[host]\nfoo = 5\n' > "$work/profiles/wrong.ini"
gives 5 'wrong.ini", line 2: no knob "foo"' kvmlat profile diff wrong
rm -r "$work/profiles"
before=$(dma_latency)
gives 0 'profile "realtime" is active' kvmlat profile apply realtime
is "the profile is in effect" "500000 500000 3" \
	"$(cat $kvm/halt_poll_ns) $(cat $kvm/halt_poll_ns_grow_start) $(dma_latency)"
gives 0 '^realtime +active, pid' kvmlat profile list
gives 5 'profile "realtime" is active, held by process' kvmlat profile apply default
gives 5 'latest change, [0-9]+, is that of profile "realtime", .*"kvmlat profile undo" ends it' \
	kvmlat undo
gives 0 'profile "saved" is in' kvmlat profile save saved
gives 5 'exists; --force replaces it' kvmlat profile save saved
gives 0 'profile "saved" is in' kvmlat profile save saved --force
gives 0 KNOB kvmlat profile diff saved
gives 0 'profile "realtime" has ended' kvmlat profile undo
is "and all is as before" "$start $before" "$(cat $kvm/halt_poll_ns $kvm/halt_poll_ns_grow \
	$kvm/halt_poll_ns_grow_start $kvm/halt_poll_ns_shrink) $(dma_latency)"
# As diff does: the output, and with status 1 that there is a difference
is "kvmlat profile diff saved differs" "1 1" "$(kvmlat profile diff saved > "$work/out" && echo 0 ||
	echo $? "$(grep -cE '^halt_poll_ns +host .*500us' "$work/out")")"

cat > "$work/profiles/guests.ini" <<-EOF
	[host]
	dma_latency = 50us
	halt_poll_ns_grow = 3
	[guest "b?sy"]
	halt_poll_ns = 30us
	[guest "later-*"]
	halt_poll_ns = 10us
	[guest "later-2"]
	halt_poll_ns = 20us
EOF
printf '[service]\nprofile = guests\n' > "$KVMLAT_CONFIG"
# As the service does it, with the capabilities that it has
setpriv --bounding-set -all,+sys_admin,+perfmon --inh-caps -all kvmlat profile apply --hold \
	2> "$work/hold.err" &
holder=$!
soon "30000 vm" eval "echo \$(knob 7 halt_poll_ns vm $vm) \$(knob 8 halt_poll_ns vm $vm)"
is "a profile sets VMs that run" "30000 vm" \
	"$(knob 7 halt_poll_ns vm "$vm") $(knob 8 halt_poll_ns vm "$vm")"
is "but not those that are not meant" host "$(knob 8 halt_poll_ns vm "$other")"
for name in later-1 later-2; do
	kvmlat-vmm --do cpuid=10 --hold --name $name < <(sleep 600) > /dev/null &
done
soon 10000 eval 'knob 7 halt_poll_ns vm $(vm_of later-1)'
is "a VM that starts later gets its value" 10000 "$(knob 7 halt_poll_ns vm "$(vm_of later-1)")"
soon 20000 eval 'knob 7 halt_poll_ns vm $(vm_of later-2)'
is "of two sections that match, the later counts" 20000 \
	"$(knob 7 halt_poll_ns vm "$(vm_of later-2)")"
gives 0 '^halt_poll_ns +vm' kvmlat get
is "the latency is held" 50 "$(dma_latency)"
rmmod kvmlat
is "unloading restores" "$default $(sed -n 2p <<< "$start")" \
	"$(cat $kvm/halt_poll_ns) $(cat $kvm/halt_poll_ns_grow)"
code=0
wait "$events" || code=$?
is "events end when the module goes" 2 "$code"
insmod "$module"
soon 3 cat $kvm/halt_poll_ns_grow
is "a module that comes back gets the profile anew" 3 "$(cat $kvm/halt_poll_ns_grow)"
# The new module knows a VM when it exits next, and only that one still does
soon 1 eval "vm_of busy | grep -c ."
vm=$(vm_of busy)
soon 30000 knob 7 halt_poll_ns vm "$vm"
is "and its VMs theirs" 30000 "$(knob 7 halt_poll_ns vm "$vm")"
kill "$holder"
code=0
wait "$holder" || code=$?
is "a signal ends it well" 0 "$code"
is "and takes back the host's" "$(sed -n 2p <<< "$start")" "$(cat $kvm/halt_poll_ns_grow)"
is "and the VMs'" host "$(knob 8 halt_poll_ns vm "$vm")"
is "and the latency" "$before" "$(dma_latency)"
is "and says that the module went" 1 "$(grep -c 'module was unloaded' "$work/hold.err")"
is "but not that somebody interfered" 0 "$(grep -c 'left as it is' "$work/hold.err" || true)"

# What others change over a profile stays when it ends: by a change of their own, and behind everybody's back
printf '[host]\nhalt_poll_ns_grow = 3\nhalt_poll_ns_shrink = 7\n' > "$work/profiles/over.ini"
gives 0 'profile "over" is active' kvmlat profile apply over
gives 0 '^halt_poll_ns_grow .* applied' kvmlat set halt_poll_ns_grow=5
echo 9 > $kvm/halt_poll_ns_shrink
kvmlat profile undo > "$work/out" 2> "$work/err"
is "what was set over a profile stays when it ends" "5 9" \
	"$(cat $kvm/halt_poll_ns_grow) $(cat $kvm/halt_poll_ns_shrink)"
is "and what was set behind its back is told" 1 \
	"$(grep -c '^kvmlat: halt_poll_ns_shrink of the host is left as it is' "$work/err")"
gives 0 '^halt_poll_ns_grow .* restored' kvmlat undo
is "and the later change goes back to before both" "$(sed -n 2p <<< "$start")" "$(cat $kvm/halt_poll_ns_grow)"
sed -n 4p <<< "$start" > $kvm/halt_poll_ns_shrink

valid events cat "$work/events"
is "events tell who, what and from which value, and name guests" \
	"kvmlat 50000 host applied busy" "$(python3 -c '
import json, sys
events = [json.loads(line) for line in sys.stdin]
host = [e for e in events if e["action"] == "set" and e["knob"]["scope"] == "host"][0]
vm = [e for e in events if e["knob"]["scope"] == "vm"][0]
print(host["author"]["comm"], host["knob"]["value"], host["knob"]["source"],
      host["knob"]["result"], vm["knob"]["guest"])' < "$work/events")"

valid rt kvmlat rt --json
gives 1 'name the VM whose threads' kvmlat rt --cpus 0
gives 1 'priority "0" is not a whole number from 1 to 99' kvmlat rt -g busy --fifo 0
gives 1 'CPUs "x" are not a list' kvmlat rt -g busy --cpus x
gives 1 '--pin needs --cpus' kvmlat rt -g busy --pin
gives 1 '--undo shows nothing' kvmlat rt --undo --json
gives 5 'CPUs "4000" are not online' kvmlat rt -g busy --cpus 4000
gives 5 'too few for 2 threads' kvmlat rt -g busy --cpus 0 --pin
gives 5 'may not have all CPUs.*--force' kvmlat rt -g busy --fifo 1 --cpus "$(< /sys/devices/system/cpu/online)"
tid=$(kvmlat rt -g busy --vcpu 1 --csv | awk -F , 'NR == 2 { print $5 }')
was=$(chrt -p "$tid")
gives 0 'fifo 2 .* kvmlat ' kvmlat rt -g busy --vcpu 1 --fifo 2 --force
is "the scheduler agrees" "pid $tid's current scheduling policy: SCHED_FIFO" \
	"$(chrt -p "$tid" | head -n 1)"
is "the sibling is left alone" 1 "$(kvmlat rt -g busy --csv | grep -c ',other,0,0,')"
gives 0 'rr 3 ' kvmlat rt -g busy --vcpu 1 --rr 3 --cpus 0 --force
succeeds kvmlat rt --undo
is "undo goes back to before both" "$was" "$(chrt -p "$tid")"
gives 0 'rr 3 ' kvmlat rt -g busy --vcpu 1 --rr 3 --force
chrt -f -p 1 "$tid"
gives 5 "thread $tid is left as it is: somebody else changed it" kvmlat rt --undo
is "and is" 1 "$(kvmlat rt -g busy --csv | grep -c ',fifo,1,')"
if [ "$(< /sys/devices/system/cpu/online)" = 0 ]; then
	echo "# one CPU: what is not isolated is tested with two"
else
	gives 5 'CPUs "0" are not isolated' kvmlat rt -g busy --fifo 1 --cpus 0
fi
kill "$busy" "$idle"
wait "$busy" || true
succeeds kvmlat rt --undo
rmmod kvmlat
schemas_hold
finish

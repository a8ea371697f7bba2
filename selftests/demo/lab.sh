#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The demo's inner half, on the KVM host in the lab: lab.sh DIR.
set -euo pipefail

dir=$1
kvmlat=build/bin/kvmlat
console=/run/demo.console
qemu=

say()
{
	printf '\n== [%3d s] %s\n' "$SECONDS" "$*"
}

die()
{
	echo "demo: $*" >&2
	[ ! -e "$console" ] || tail -n 20 "$console" >&2
	exit 1
}

# Not in $(...): a subshell would hide a failure from set -e.
run()
{
	printf '$ kvmlat %s\n' "$*"
	"$kvmlat" "$@" || die "\"kvmlat $*\" failed with status $?"
}

# On a terminal of its own, which is shown as it was then
screen()
{
	TMUX='' LC_ALL=C.UTF-8 tmux -S /run/demo.mux -f /dev/null "$@"
}

# shot WHAT REGEX: the screen, once a line is like REGEX
shot()
{
	local waited

	for ((waited = 0; waited < 100; waited++)); do
		screen capture-pane -p -t demo > /run/demo.screen
		! grep -qE -- "$2" /run/demo.screen || break
		sleep 0.2
	done
	grep -qE -- "$2" /run/demo.screen || { cat /run/demo.screen; die "kvmlat top does not show $1"; }
	printf '$ kvmlat top        (%s)\n' "$1"
	sed '/^ *$/d' /run/demo.screen
}

# window SCOPE: whose halt_poll_ns counts for the guest
window()
{
	"$kvmlat" get -g demo halt_poll_ns --csv | awk -F , -v scope="$1" \
		'$2 == "vm" && $8 == scope { found = 1 } END { exit !found }' ||
		die "the guest's halt_poll_ns is not of the $1"
}

exits()
{
	"$kvmlat" stat --once --all 2> /dev/null | awk '$1 == "total" { n = $2 } END { print n + 0 }'
}

end_guest()
{
	[ -z "$qemu" ] || kill "$qemu" 2> /dev/null || :
	screen kill-server 2> /dev/null || :
}
trap end_guest EXIT

say "loading kvm_amd, then kvmlat.ko"
modprobe kvm_amd
insmod "$dir/kvmlat.ko"
run info

say "starting a Linux guest with QEMU and KVM"
truncate -s 4M /run/demo.disk
mkfifo /run/demo.input
# Kept open for both, so that QEMU never sees the end of its input
exec 9<> /run/demo.input
# Devices are told by port writes: Linux 7.x, on the SVM that QEMU emulates, gives up on an
# MMIO write that comes while an interrupt is delivered.
qemu-system-x86_64 -name guest=demo -accel kvm -cpu host -m 192 -smp 1 \
	-nodefaults -no-user-config -display none -no-reboot \
	-kernel "$dir/vmlinuz" -initrd "$dir/guest.img" -append "console=ttyS0 quiet panic=-1" \
	-drive file=/run/demo.disk,id=disk,if=none,format=raw \
	-device virtio-blk-pci,drive=disk,disable-modern=on,disable-legacy=off \
	-netdev user,id=net \
	-device virtio-net-pci,netdev=net,disable-modern=on,disable-legacy=off \
	-chardev stdio,id=console,signal=off -serial chardev:console \
	< /run/demo.input > "$console" 2>&1 &
qemu=$!
pid=$qemu

for ((waited = 0; ; waited++)); do
	! grep -q '^up ' "$console" || break
	! grep -qE '^(failed|KVM internal error)' "$console" || die "the guest failed"
	kill -0 "$qemu" 2> /dev/null || die "QEMU ended before the guest was up"
	[ "$waited" -lt 90 ] || die "the guest is not up after 90 s"
	[ $((waited % 3)) != 0 ] || echo "waiting for the guest to boot: $waited s, $(exits) exits so far"
	sleep 1
done
say "the guest runs Linux $(sed -n 's/^up //p' "$console" | tr -d '\r')"
run list

say "its exits, live, while it uses its disk, its network and its timers"
run reset
run stat -g demo -i 2 -d 4

say "in which state its time was spent, and how late it ran, and why"
run stat --states -g demo -i 2 -d 2
run stat --lateness -g demo -i 2 -d 2

say "all of that on one screen: Enter opens a VM, a vCPU, a reason"
screen new-session -d -s demo -x 80 -y 24 "$kvmlat top"
sleep 3
shot "all VMs" '^[0-9]+ demo .*[0-9.]+[um]s '
screen send-keys -t demo Enter Enter
shot "one vCPU" '^(msr|cpuid|interrupt) +[0-9.]+ '
screen send-keys -t demo q

say "a knob of this guest, turned while it runs, and turned back"
run get -g demo halt_poll_ns
run set -g demo halt_poll_ns=0
window vm
run stat --halt -g demo -i 2 -d 2
run undo
window host

say "nothing was lost"
printf '$ kvmlat info\n'
"$kvmlat" info | grep -E '^(memory|missed|spilled) '
grep '^work ' "$console" | tail -n 1 | sed 's/^work/guest so far:/'

say "ending the guest"
echo stop >&9
for ((waited = 0; ; waited++)); do
	kill -0 "$qemu" 2> /dev/null || break
	[ "$waited" -lt 20 ] || die "the guest did not end in 20 s"
	sleep 1
done
wait "$qemu" || die "QEMU ended with status $?"
qemu=
total=$(tr -d '\r' < "$console" | sed -n 's/^total //p')
echo "guest, in all: $total"
[[ $total =~ ^disk=[1-9][0-9]*\ net=[1-9][0-9]*\ timer=[1-9][0-9]*$ ]] ||
	die "the guest did not do all of its work: \"$total\""

run list
"$kvmlat" list | awk -v pid="$pid" '$2 == pid && / gone / { n++ } END { exit n != 1 }' ||
	die "kvmlat list does not show process $pid as gone"

say "unloading"
rmmod kvmlat
! grep -q '^kvmlat ' /proc/modules || die "kvmlat.ko is still loaded"
echo "kvmlat.ko is unloaded; kvm_amd stays, as it was"

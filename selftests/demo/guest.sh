#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The demo's guest: PID 1 of a Linux that works until its console says "stop".
# Each load writes a line per round into a file; "work" and "total" lines go to the console.
set -u

/bin/busybox mkdir -p /bin /dev /proc /sys /run
/bin/busybox --install -s /bin
PATH=/bin
mount -t devtmpfs devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
echo 1 > /proc/sys/kernel/printk

fail()
{
	echo "failed: $*"
	poweroff -f
}

for module in /modules/*; do
	insmod "$module" || fail "insmod $module"
done
tries=0
until [ -b /dev/vda ] && [ -d /sys/class/net/eth0 ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 50 ] || fail "no disk or no network card after 5 s"
	sleep 0.1
done
ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0

# A different block each round, read back past the page cache and compared.
disk()
{
	round=0
	while round=$((round + 1)); do
		at=$((round % 16))
		dd if=/dev/urandom of=/run/block bs=64k count=1 2>/dev/null
		dd if=/run/block of=/dev/vda bs=64k seek=$at oflag=direct 2>/dev/null || return
		dd if=/dev/vda of=/run/back bs=64k skip=$at count=1 iflag=direct 2>/dev/null || return
		cmp -s /run/block /run/back || return
		echo >> /run/disk
		usleep 50000
	done
}

net()
{
	while ping -c 1 -W 2 -s 1000 10.0.2.2 > /dev/null; do
		echo >> /run/net
		usleep 50000
	done
}

timer()
{
	while usleep 1000; do
		echo >> /run/timer
	done
}

count()
{
	if [ -e "/run/$1" ]; then wc -l < "/run/$1"; else echo 0; fi
}

counts()
{
	echo "$1 disk=$(count disk) net=$(count net) timer=$(count timer)"
}

disk &
net &
timer &
echo "up $(uname -r)"

while sleep 2; do
	counts work
done &
while read -r line && [ "$line" != stop ]; do
	:
done
counts total
poweroff -f

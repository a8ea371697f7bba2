#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# load.sh [MODULE]: who can have the module loaded. For the lab: it hides the modules of the kernel
# behind a folder with ours alone.
set -euo pipefail

# shellcheck source=selftests/live/command/tap.sh
source "$(dirname "$0")/tap.sh"

release=$(uname -r)
mkdir -p "$work/lib/modules/$release/extra"
cp "$module" "$work/lib/modules/$release/extra/kvmlat.ko"
touch "$work/lib/modules/$release/modules.order" "$work/lib/modules/$release/modules.builtin"
depmod -b "$work" "$release"
mount --bind "$work/lib/modules/$release" "/lib/modules/$release"
hide()
{
	umount "/lib/modules/$release" || true
	cleanup
}
trap hide EXIT

loaded()
{
	[ -e /sys/module/kvmlat ] && echo yes || echo no
}

echo "TAP version 13"
gives 2 'the kernel module is not loaded' "${nobody[@]}" kvmlat info
is "nobody's question loads nothing" no "$(loaded)"
rmmod kvmlat 2> /dev/null || true
gives 2 'the kernel module is not loaded' unshare --user --map-root-user --net kvmlat --no-load info
is "nor does root's in a namespace" no "$(loaded)"
rmmod kvmlat 2> /dev/null || true
gives 2 'the kernel module is not loaded' kvmlat --no-load info
gives 2 'the kernel module is not loaded' env KVMLAT_NO_LOAD=1 kvmlat list
gives 1 'no option "--nope"' kvmlat stat --nope
gives 0 '^Usage: kvmlat info' kvmlat info --help
is "root that asks for nothing, or not to, loads nothing" no "$(loaded)"
warns 'the kernel module was not loaded, it is now' kvmlat info
is "root's question loads the module" yes "$(loaded)"
succeeds kvmlat list
is "which is said once" "" "$(cat "$work/err")"
rmmod kvmlat

# What modprobe says is passed on
truncate -s 100 "/lib/modules/$release/extra/kvmlat.ko"
gives 2 'is not loaded, and cannot be: .*could not insert' kvmlat info
rm "/lib/modules/$release/extra/kvmlat.ko"
gives 2 'is not loaded, and cannot be: .*' kvmlat info
finish

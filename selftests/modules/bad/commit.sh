#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# commit.sh FAULT: run in the lab, loads $KVMLAT_KO, which is kvmlat-bad.ko, to do FAULT. TAP.
set -euo pipefail

if insmod "$KVMLAT_KO" fault="$1" && rmmod kvmlat-bad; then
	echo "ok 1 $1 is done"
else
	echo "not ok 1 $1 could not be done"
fi
echo "1..1"

# SPDX-License-Identifier: GPL-2.0-only
# Shared by the lab's scripts; sourced, never run.
# shellcheck shell=bash disable=SC2034

lab_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
lab_top=$(dirname "$(dirname "$lab_dir")")
lab_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kvmlat

lab_die()
{
	echo "${0##*/}: $*" >&2
	exit "${lab_status:-1}"
}

lab_need()
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null ||
			lab_die "\"$tool\" is missing: run selftests/lab/deps lab"
	done
}

lab_need_root()
{
	[ "$(id -u)" = 0 ] || lab_die "$1 needs root, this is user \"$(id -un)\""
}

# lab_in_root ROOT SCRIPT ARG...: SCRIPT's text is run by bash in ROOT, with /proc and /dev in a mount
# namespace of its own.
lab_in_root()
{
	local root=$1
	shift
	lab_need unshare chroot
	lab_need_root "working in a root"
	# shellcheck disable=SC2016 # expanded by the shell in the namespace
	unshare --mount --propagation private bash -euc '
		mount -t proc proc "$0/proc"
		mount --rbind /dev "$0/dev"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C INITRD=No \
			DEBIAN_FRONTEND=noninteractive chroot "$0" bash -euo pipefail -c "$1" lab "${@:2}"
	' "$root" "$@"
}

# The kernels the lab knows: name, suite, the pattern of their release.
lab_kernel_table()
{
	cat <<-EOF
	6.1	bookworm	6.1.*-amd64
	6.12	trixie		6.12.*-amd64
	7.x	trixie		7.*-amd64
	6.1-rt	bookworm	6.1.*-rt-amd64
	6.12-rt	trixie		6.12.*-rt-amd64
	7.x-rt	trixie		7.*-rt-amd64
	sanitizer	bookworm	6.1.*-kasan
	sanitizer-race	bookworm	6.1.*-kcsan
	EOF
}

# The suites that those are of, one a line.
lab_suites()
{
	lab_kernel_table | awk '{ print $2 }' | sort -u
}

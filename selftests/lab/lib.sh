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

# The kernels the lab knows: name, suite, the pattern of their release.
lab_kernel_table()
{
	cat <<-EOF
	6.1	bookworm	6.1.*-amd64
	6.12	trixie		6.12.*-amd64
	7.x	trixie		7.*-amd64
	EOF
}

# SPDX-License-Identifier: GPL-2.0-only
# TAP for tests of the kvmlat command with a real module, which is their first argument or
# $KVMLAT_KO; sourced, never run.
# shellcheck shell=bash disable=SC2034

module=${1:-${KVMLAT_KO:?usage: ${0##*/} MODULE}}
top=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../.." && pwd)
export PATH=$top/build/bin:$PATH
work=$(mktemp -d)
mkdir "$work/documents"
number=0
failed=0
documents=0
nobody=(setpriv --reuid 65534 --clear-groups)
reader=("${nobody[@]}" --inh-caps +perfmon --ambient-caps +perfmon)

cleanup()
{
	local pids
	pids=$(jobs -p)
	# shellcheck disable=SC2086 # one word each
	[ -z "$pids" ] || kill $pids 2> /dev/null || true
	wait || true
	rm -rf "$work"
}
trap cleanup EXIT

# verdict STATUS NAME [FILE...]: a failure shows the FILEs, or else what the last command said
verdict()
{
	local status=$1 name=$2
	shift 2
	number=$((number + 1))
	if [ "$status" = 0 ]; then
		echo "ok $number $name"
		return
	fi
	failed=$((failed + 1))
	[ $# -gt 0 ] || set -- "$work/out" "$work/err"
	sed -n '1,30s/^/# |/p' "$@" | cut -c 1-200
	echo "not ok $number $name"
}

# The plan, last: fails if any test did
finish()
{
	echo "1..$number"
	[ "$failed" = 0 ]
}

quietly()
{
	timeout 60 "$@" > "$work/out" 2> "$work/err" < /dev/null
}

# gives CODE REGEX COMMAND...: the exit code, and a line of the output; or, for other codes than 0,
# the one sentence on standard error
gives()
{
	local want=$1 regex=$2 code=0 file=err
	shift 2
	quietly "$@" || code=$?
	[ "$want" != 0 ] || file=out
	if [ "$code" != "$want" ]; then
		echo "# exit code $code, not $want"
		verdict 1 "$*"
	elif ! grep -qE -- "$regex" "$work/$file"; then
		echo "# nothing is like \"$regex\""
		verdict 1 "$*"
	elif [ "$want" != 0 ] && [ "$(wc -l < "$work/err")" != 1 ]; then
		echo "# not one sentence"
		verdict 1 "$*"
	else
		verdict 0 "$*"
	fi
}

# warns REGEX COMMAND...: succeeds, with a sentence on standard error
warns()
{
	local regex=$1 status=0
	shift
	quietly "$@" || status=$?
	grep -qE -- "$regex" "$work/err" || status=1
	verdict "$status" "$* warns: $regex"
}

succeeds()
{
	local status=0
	quietly "$@" || status=$?
	verdict "$status" "$*"
}

# is WHAT WANT GOT
is()
{
	local status=0
	echo "got \"$3\", not \"$2\"" > "$work/is"
	[ "$2" = "$3" ] || status=1
	verdict "$status" "$1" "$work/is"
}

# valid KIND COMMAND...: succeeds, and prints JSON, which schemas_hold compares with its schema
valid()
{
	local kind=$1
	shift
	succeeds "$@"
	documents=$((documents + 1))
	cp "$work/out" "$work/documents/$documents.$kind"
}

# All at once, since python takes seconds to start in the lab
schemas_hold()
{
	local status=0
	python3 "$top/selftests/live/command/schema.py" "$top/Documentation/schema" "$work"/documents/* \
		> "$work/out" 2> "$work/err" || status=$?
	verdict "$status" "all $documents JSON documents are as their schemas"
}

# soon WANT COMMAND...: runs it again until it prints WANT; whether it ever did is for what follows
soon()
{
	local want=$1 _
	shift
	for _ in $(seq 150); do
		[ "$("$@" 2> /dev/null)" != "$want" ] || return 0
		sleep 0.2
	done
}

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

# Whatever takes longer than this hangs
check_s=60
: > "$work/check"
mkfifo "$work/idle"
exec {idle}<> "$work/idle"

# pause SECONDS: without a process of its own, of which one takes a tenth of a second in the lab
pause()
{
	read -r -t "$1" -u "$idle" || true
}

# ends_hung_checks: the processes that the script has when a check takes too long are killed. One watch for all checks:
# timeout(1) is a process for each, and takes longer to start than what it watches. A check's beginning
# is another number in $work/check, and its end is no number.
ends_hung_checks()
{
	local check seen='' since=0 pid children
	while pause 1; do
		check=$(< "$work/check") || return 0
		if [ -z "$check" ] || [ "$check" != "$seen" ]; then
			seen=$check since=$SECONDS
		elif [ $((SECONDS - since)) -gt "$check_s" ]; then
			seen=''
			read -r children < "/proc/$$/task/$$/children" || true
			for pid in $children; do
				[ "$pid" = "$BASHPID" ] || kill "$pid" 2> /dev/null || true
			done
		fi
	done
}
ends_hung_checks &
watch=$!
# It is no guest that a test would count among its jobs
disown "$watch"

cleanup()
{
	local pids
	kill "$watch" 2> /dev/null || true
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

begun=0
quietly()
{
	local status=0
	begun=$((begun + 1))
	echo "$begun" > "$work/check"
	"$@" > "$work/out" 2> "$work/err" < /dev/null || status=$?
	: > "$work/check"
	return "$status"
}

# like REGEX FILE: whether a line of it is. By the shell itself, as all that each check does.
like()
{
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		# Not the opposite: what is no expression is like nothing
		if [[ $line =~ $1 ]]; then return 0; fi
	done < "$2"
	return 1
}

# one_line FILE: whether it is one, and a whole one
one_line()
{
	local lines
	mapfile -n 2 lines < "$1"
	[ ${#lines[@]} = 1 ] && [[ ${lines[0]} == *$'\n' ]]
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
	elif ! like "$regex" "$work/$file"; then
		echo "# nothing is like \"$regex\""
		verdict 1 "$*"
	elif [ "$want" != 0 ] && ! one_line "$work/err"; then
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
	like "$regex" "$work/err" || status=1
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
	for _ in {1..150}; do
		[ "$("$@" 2> /dev/null)" != "$want" ] || return 0
		pause 0.2
	done
}

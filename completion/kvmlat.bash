# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of kvmlat(1) for bash. Commands and options are read from the command's own help, so that
# they are always those of the kvmlat that is installed.

_kvmlat_commands()
{
	"$1" help 2> /dev/null | sed -n 's/^  \([a-z][a-z]*\)  *.*/\1/p'
}

# Every word of the usage that begins with a dash: "[--json | --csv]", "-p, --pid PID", "(-p PID | ...)"
_kvmlat_options()
{
	"$1" help "$2" 2> /dev/null | grep -oE '(^|[][ (|])-[-_a-z0-9]*[a-z0-9]' |
		sed 's/^[^-]*//' | sort -u
}

_kvmlat_guests()
{
	"$1" list --csv 2> /dev/null | awk -F , 'NR > 1 && $NF == 0 && $3 !~ /"/ { print $3 }' | sort -u
}

# Names of the first column of a CSV with a header
_kvmlat_column()
{
	"$@" --csv 2> /dev/null | sed 1d | cut -d , -f 1 | sort -u
}

# _kvmlat_words PREVIOUS COMMAND WORD: what can follow the word PREVIOUS of COMMAND
_kvmlat_words()
{
	local kvmlat=$1 previous=$2 command=$3 action=$4
	case $command:$previous in
	top:-k | top:--key)
		echo "exits name guest exit user poll wait runq off wake-p99 runq-p99 pid vcpus" ;;
	*:-k | *:--key) echo "count time mean max p99 reason" ;;
	*:-u | *:--unit) echo "ns us ms s" ;;
	*:--kind)
		echo "exit halt poll poll-hit poll-miss sleep wake runq preempt user" ;;
	*:-g | *:--guest) _kvmlat_guests "$kvmlat" ;;
	*:-p | *:--pid | *:--vm | *:--vcpu | *:-i | *:--interval | *:-d | *:--duration | *:-n) ;;
	*:--num_iterations | *:--reason | *:-f | *:--filter | *:--cpus | *:--fifo | *:--rr | *:--if-old) ;;
	help:*) _kvmlat_commands "$kvmlat" ;;
	detail:detail) echo "on off" ;;
	profile:profile) echo "list show diff apply undo save" ;;
	profile:"$action") [ "$action" = list ] || _kvmlat_column "$kvmlat" profile list ;;
	get:*) _kvmlat_column "$kvmlat" get ;;
	set:*) _kvmlat_column "$kvmlat" get | sed 's/$/=/' ;;
	esac
}

_kvmlat()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local kvmlat=${COMP_WORDS[0]} command=${COMP_WORDS[1]:-} words=""

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		words="$(_kvmlat_commands "$kvmlat") --help --version"
	elif [[ $previous = -o || $previous = --output ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
	elif [[ $word = -* ]]; then
		words="$(_kvmlat_options "$kvmlat" "$command") --help"
	else
		words=$(_kvmlat_words "$kvmlat" "$previous" "$command" "${COMP_WORDS[2]:-}")
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *= ]]; then
		compopt -o nospace
	fi
}

complete -F _kvmlat kvmlat

#compdef kvmlat
# SPDX-License-Identifier: GPL-2.0-only
# Completion of kvmlat(1) for zsh. Commands and options are read from the command's own help, so that
# they are always those of the kvmlat that is installed.
#
# Guests' names are chosen by whoever starts a guest, and root presses the key: words go as they are from
# a command to compadd, which quotes them, and never through _values, _arguments or anything that evaluates.

_kvmlat_commands()
{
	"$1" help 2> /dev/null | sed -n 's/^  \([a-z][-a-z]*\)  .*/\1/p'
}

# Every word of the usage that begins with a dash: "[--json | --csv]", "-p, --pid PID", "(-p PID | ...)"
_kvmlat_options()
{
	"$1" help "$2" 2> /dev/null | sed '/^Examples:/,$d' | grep -oE '(^|[][ (|])-[-_a-z0-9]*[a-z0-9]' |
		sed 's/^[^-]*//' | sort -u
}

# _kvmlat_column COLUMN COMMAND...: names in a column of a CSV with a header. Names with other
# characters than these are left out, and so are VMs that ended. A quote before the name hides commas.
# A key that is pressed loads no module.
_kvmlat_column()
{
	local column=$1
	shift
	KVMLAT_NO_LOAD=1 "$@" --csv 2> /dev/null | LC_ALL=C awk -F , -v column="$column" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		!(column in at) || ("gone" in at && $at["gone"] != 0) { next }
		{ for (i = 1; i < at[column]; i++) if ($i ~ /"/) next }
		$at[column] ~ /^[A-Za-z0-9._][A-Za-z0-9._-]*$/ { print $at[column] }' | sort -u
}

# _kvmlat_words KVMLAT PREVIOUS COMMAND ACTION: what can follow the word PREVIOUS of COMMAND, a word a line
_kvmlat_words()
{
	local kvmlat=$1 previous=$2 command=$3 action=$4
	case $command:$previous in
	top:-k | top:--key)
		print -l exits name guest exit user poll wait runq off wake-p99 runq-p99 wake-max runq-max pid vcpus ;;
	*:-k | *:--key) print -l count own time mean max p99 reason ;;
	*:-u | *:--unit) print -l ns us ms s ;;
	*:--kind) print -l exit halt poll poll-hit poll-miss sleep wake runq preempt timer user ;;
	*:-g | *:--guest) _kvmlat_column guest "$kvmlat" list ;;
	*:-p | *:--pid | *:--vm | *:--vcpu | *:-i | *:--interval | *:-d | *:--duration | *:-n) ;;
	*:--num_iterations | *:--reason | *:-f | *:--filter | *:--cpus | *:--fifo | *:--rr | *:--if-old) ;;
	auto:--wake-p99 | auto:--cpu) ;;
	help:*) _kvmlat_commands "$kvmlat" ;;
	detail:detail) print -l on off ;;
	profile:profile) print -l list show diff apply undo save ;;
	profile:"$action") [[ $action = list ]] || _kvmlat_column name "$kvmlat" profile list ;;
	get:*) _kvmlat_column knob "$kvmlat" get ;;
	set:*) _kvmlat_column knob "$kvmlat" get | sed 's/$/=/' ;;
	esac
}

_kvmlat()
{
	emulate -L zsh
	local kvmlat=$words[1] command=${words[2]:-} previous=$words[CURRENT-1] word=$words[CURRENT]
	local -a offers

	if (( CURRENT == 2 )); then
		offers=("${(@f)$(_kvmlat_commands "$kvmlat")}" --help --version)
	elif [[ $previous = (-o|--output) ]]; then
		_files
		return
	elif [[ $word = -* ]]; then
		offers=("${(@f)$(_kvmlat_options "$kvmlat" "$command")}" --help)
	else
		offers=("${(@f)$(_kvmlat_words "$kvmlat" "$previous" "$command" "${words[3]:-}")}")
	fi
	offers=("${(@)offers:#}")
	if [[ $command = set && $word != -* ]]; then
		compadd -S '' -- "${offers[@]}"
	else
		compadd -- "${offers[@]}"
	fi
}

if [ "$funcstack[1]" = _kvmlat ]; then
	_kvmlat "$@"
else
	compdef _kvmlat kvmlat
fi

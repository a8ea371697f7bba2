# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of kvmlat(1) for bash. Commands and options are read from the command's own help, so that
# they are always those of the kvmlat that is installed.
#
# Guests' names are chosen by whoever starts a guest, and root presses the key: what is offered is
# compared and quoted word by word and never expanded, which "compgen -W" would do.

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
	KVMLAT_NO_LOAD=1 "${@:2}" --csv 2> /dev/null | LC_ALL=C awk -F , -v column="$1" '
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
		printf '%s\n' exits name guest exit user poll wait runq off wake-p99 runq-p99 wake-max runq-max pid vcpus ;;
	*:-k | *:--key) printf '%s\n' count own time mean max p99 reason ;;
	*:-u | *:--unit) printf '%s\n' ns us ms s ;;
	*:--kind)
		printf '%s\n' exit halt poll poll-hit poll-miss sleep wake runq preempt timer user ;;
	*:-g | *:--guest) _kvmlat_column guest "$kvmlat" list ;;
	*:-p | *:--pid | *:--vm | *:--vcpu | *:-i | *:--interval | *:-d | *:--duration | *:-n) ;;
	*:--num_iterations | *:--reason | *:-f | *:--filter | *:--cpus | *:--fifo | *:--rr | *:--if-old) ;;
	auto:--wake-p99 | auto:--cpu) ;;
	help:*) _kvmlat_commands "$kvmlat" ;;
	detail:detail) printf '%s\n' on off ;;
	profile:profile) printf '%s\n' list show diff apply undo save ;;
	profile:"$action") [ "$action" = list ] || _kvmlat_column name "$kvmlat" profile list ;;
	get:*) _kvmlat_column knob "$kvmlat" get ;;
	set:*) _kvmlat_column knob "$kvmlat" get | sed 's/$/=/' ;;
	esac
}

# _kvmlat_offer WORD: of the words read, those that begin with WORD, quoted
_kvmlat_offer()
{
	local offer
	while IFS= read -r offer; do
		[[ $offer = "$1"* ]] || continue
		printf -v offer %q "$offer"
		COMPREPLY+=("$offer")
	done
}

_kvmlat()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local kvmlat=${COMP_WORDS[0]} command=${COMP_WORDS[1]:-}

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_kvmlat_offer "$word" < <(_kvmlat_commands "$kvmlat"; printf '%s\n' --help --version)
	elif [[ $previous = -o || $previous = --output ]]; then
		# Nothing is offered here, so readline completes the name of a file, and quotes it
		compopt -o default
	elif [[ $word = -* ]]; then
		_kvmlat_offer "$word" < <(_kvmlat_options "$kvmlat" "$command"; echo --help)
	else
		_kvmlat_offer "$word" < <(_kvmlat_words "$kvmlat" "$previous" "$command" \
			"${COMP_WORDS[2]:-}")
	fi
	if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *= ]]; then
		compopt -o nospace
	fi
}

complete -F _kvmlat kvmlat

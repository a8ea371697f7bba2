# SPDX-License-Identifier: GPL-2.0-only
# Completion of kvmlat(1) for fish. Commands and options are read from the command's own help, so that
# they are always those of the kvmlat that is installed.
#
# Guests' names are chosen by whoever starts a guest, and root presses the key: fish does not expand what
# a command substitution gave, and quotes what it inserts.

function __kvmlat_commands
    command $argv[1] help 2>/dev/null | string replace -rf '^  ([a-z][-a-z]*)  .*' '$1'
end

# Every word of the usage that begins with a dash: "[--json | --csv]", "-p, --pid PID", "(-p PID | ...)"
function __kvmlat_options
    command $argv[1] help $argv[2] 2>/dev/null | sed '/^Examples:/,$d' | grep -oE '(^|[][ (|])-[-_a-z0-9]*[a-z0-9]' |
        sed 's/^[^-]*//' | sort -u
end

# __kvmlat_column COLUMN COMMAND...: names in a column of a CSV with a header. Names with other
# characters than these are left out, and so are VMs that ended. A quote before the name hides commas.
# A key that is pressed loads no module.
function __kvmlat_column
    set -l column $argv[1]
    env KVMLAT_NO_LOAD=1 $argv[2..] --csv 2>/dev/null | LC_ALL=C awk -F , -v column=$column '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        !(column in at) || ("gone" in at && $at["gone"] != 0) { next }
        { for (i = 1; i < at[column]; i++) if ($i ~ /"/) next }
        $at[column] ~ /^[A-Za-z0-9._][A-Za-z0-9._-]*$/ { print $at[column] }' | sort -u
end

# What can follow the words before the cursor, a word a line
function __kvmlat_words
    set -l words (commandline -opc)
    set -l kvmlat $words[1]
    set -l previous $words[-1]
    set -l command $words[2]
    set -l action $words[3]
    if test (count $words) -lt 2
        __kvmlat_commands $kvmlat
        printf '%s\n' --help --version
        return
    end
    if contains -- $previous -o --output
        __fish_complete_path (commandline -ct)
        return
    end
    if string match -q -- '-*' (commandline -ct)
        __kvmlat_options $kvmlat $command
        echo --help
        return
    end
    switch $command:$previous
        case top:-k top:--key
            printf '%s\n' exits name guest exit user poll wait runq off wake-p99 runq-p99 wake-max runq-max pid vcpus
        case '*:-k' '*:--key'
            printf '%s\n' count own time mean max p99 reason
        case '*:-u' '*:--unit'
            printf '%s\n' ns us ms s
        case '*:--kind'
            printf '%s\n' exit halt poll poll-hit poll-miss sleep wake runq preempt timer user
        case '*:-g' '*:--guest'
            __kvmlat_column guest $kvmlat list
        case '*:-p' '*:--pid' '*:--vm' '*:--vcpu' '*:-i' '*:--interval' '*:-d' '*:--duration' '*:-n'
        case '*:--num_iterations' '*:--reason' '*:-f' '*:--filter' '*:--cpus' '*:--fifo' '*:--rr'
        case '*:--if-old' 'auto:--wake-p99' 'auto:--cpu'
        case 'help:*'
            __kvmlat_commands $kvmlat
        case detail:detail
            printf '%s\n' on off
        case profile:profile
            printf '%s\n' list show diff apply undo save
        case 'profile:*'
            if test "$previous" = "$action" -a "$action" != list
                __kvmlat_column name $kvmlat profile list
            end
        case 'get:*'
            __kvmlat_column knob $kvmlat get
        case 'set:*'
            __kvmlat_column knob $kvmlat get | sed 's/$/=/'
    end
end

complete -c kvmlat -f -a '(__kvmlat_words)'

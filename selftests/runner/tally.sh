# SPDX-License-Identifier: GPL-2.0-only
# Adds up TAP; sourced by check and matrix.
# shellcheck shell=bash disable=SC2154

begin=$SECONDS
passed=0 failed=0 skipped=0

say()
{
	printf '[%3d:%02d] %s\n' $(((SECONDS - begin) / 60)) $(((SECONDS - begin) % 60)) "$*"
}

# tap_sums FILE: passed, failed, skipped and planned. A plan that the results do not fill is a failure,
# and so is no plan at all.
tap_sums()
{
	awk '
		/^1\.\.[0-9]+/ { plan += substr($1, 4); plans++ }
		/^ok .*# SKIP/ { skip++; next }
		/^ok / { ok++ }
		/^not ok - / { bad++; extra++; next }
		/^not ok / { bad++ }
		END {
			missing = plan - ok - skip - (bad - extra)
			if (!plans || !plan) missing = 1
			if (missing > 0) bad += missing
			print ok + 0, bad + 0, skip + 0, plan + 0
		}' "$1"
}

# tally NAME FILE: adds up the TAP of one program and shows what has failed or was skipped
tally()
{
	local name=$1 file=$2 sums ok bad skip plan

	sums=$(tap_sums "$file")
	read -r ok bad skip plan <<< "$sums"
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	say "$name: $ok passed, $bad failed, $skip skipped of $plan"
	grep -E '^ok .*# SKIP' "$file" | sed 's/^ok [0-9]* */        skipped: /' || true
	if [ "$bad" -gt 0 ]; then
		grep -nE '^not ok|^Bail out|terminated by' "$file" | head -n 30 | sed 's/^/        /' || true
		echo "        the end of ${file#"$top"/}:"
		tail -n 25 "$file" | sed 's/^/        | /'
	fi
}

# one NAME FILE COMMAND...: a command that says no TAP, as one test
one()
{
	local name=$1 file=$2
	shift 2
	# In the background, since a condition would switch off set -e within the command
	"$@" > "$file.log" 2>&1 &
	if wait "$!"; then
		echo "ok 1 $name" > "$file"
	else
		sed 's/^/# /' "$file.log" > "$file"
		echo "not ok 1 $name" >> "$file"
	fi
	echo "1..1" >> "$file"
	tally "$name" "$file"
}

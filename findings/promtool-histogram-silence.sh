#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# promtool 2.42.0 (Debian 12's prometheus): "promtool check metrics" accepts, without a word and with status 0,
# histograms that break every rule of histograms, and the same series twice; it refuses a name for a word of it.
#
# Guessed: what passes "check metrics" is sound. Seen:
#	no bucket le="+Inf"					status 0, silent
#	a bucket with fewer events than the one below it	status 0, silent
#	_count that is not the bucket +Inf			status 0, silent
#	one series twice, with different values			status 0, silent
#	kvmlat_window_ns, kvmlat_h_total			status 3, "abbreviated units" for the words ns and h
#	no newline at the end of the last line			status 1, which a server's scrape does not mind
# So it is a check of names, not a rehearsal of a scrape: an exporter's tests need a check of their own for buckets.
#
# Exit status: 0 as described, 1 it behaves otherwise, 75 this version is gone.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

package=prometheus=2.42.0+ds-5+deb12u1
apt-get -qq download "$package" > log 2>&1 || { cat log; echo "\"$package\" cannot be had"; exit 75; }
dpkg -x ./prometheus_*.deb root

# check NAME TEXT
check()
{
	local status=0
	printf '%b' "$2" | root/usr/bin/promtool check metrics > said 2>&1 || status=$?
	echo "$1: status $status, $(wc -l < said) lines"
}

head='# HELP a_seconds A.\n# TYPE a_seconds'
{
	check "no +Inf" "$head histogram\na_seconds_bucket{le=\"1\"} 2\na_seconds_sum 3\na_seconds_count 3\n"
	check "falling" "$head histogram\na_seconds_bucket{le=\"0.1\"} 5\na_seconds_bucket{le=\"1\"} 2\na_seconds_bucket{le=\"+Inf\"} 5\na_seconds_sum 3\na_seconds_count 5\n"
	check "count differs" "$head histogram\na_seconds_bucket{le=\"+Inf\"} 3\na_seconds_sum 3\na_seconds_count 30\n"
	check "series twice" "$head gauge\na_seconds{cpu=\"1\"} 3\na_seconds{cpu=\"1\"} 4\n"
	check "the word ns" "# HELP kvmlat_window_ns A.\n# TYPE kvmlat_window_ns gauge\nkvmlat_window_ns 3\n"
	check "the word h" "# HELP kvmlat_h_total A.\n# TYPE kvmlat_h_total counter\nkvmlat_h_total 3\n"
	check "no newline" "$head gauge\na_seconds 3"
} | tee seen
cat > expected <<-'EOE'
	no +Inf: status 0, 0 lines
	falling: status 0, 0 lines
	count differs: status 0, 0 lines
	series twice: status 0, 0 lines
	the word ns: status 3, 1 lines
	the word h: status 3, 1 lines
	no newline: status 1, 1 lines
EOE
diff -u expected seen

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# libinih 55 (Debian 12): the end of a long comment becomes a setting, and ini_parse() reports success.
#
# Guessed: a line that begins with ";" is a comment to its end. Seen: lines are read 199 bytes at a time, and what
# is left of a longer one is read as a line of its own. A comment of 199 bytes followed by " threshold = 5" sets
# threshold to 5, return value 0. Of a longer value, by contrast, the rest is an error (the return value is the
# line's number, and what fitted has been handed out by then).
#
# Exit status: 0 as described, 1 it behaves otherwise, 75 this version is gone.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for package in libinih1=55-1 libinih-dev=55-1; do
	apt-get -qq download "$package" > log 2>&1 || { cat log; echo "\"$package\" cannot be had"; exit 75; }
done
for package in ./*.deb; do
	dpkg -x "$package" root
done

cat > read.c <<-'EOC'
	#include <ini.h>
	#include <stdio.h>
	#include <string.h>

	static int show(void *user, const char *section, const char *name, const char *value)
	{
		printf("%s.%s has %zu bytes\n", section, name, strlen(value));
		return 1;
	}

	int main(int argc, char **argv)
	{
		printf("returned %d\n", ini_parse(argv[1], show, NULL));
		return 0;
	}
EOC
library=$(find root -name 'libinih.so.1' | head -n 1)
gcc -Iroot/usr/include -o read read.c "$library" -Wl,-rpath,"$(dirname "$(realpath "$library")")"

words=$(printf 'x%.0s' $(seq 300))
printf '[host]\n; %s threshold = 5\n' "${words:0:197}" > comment.ini
printf '[host]\nlist = %s\n' "$words" > value.ini
{ ./read comment.ini; ./read value.ini; } | tee seen
cat > expected <<-'EOE'
	host.threshold has 1 bytes
	returned 0
	host.list has 192 bytes
	returned 3
EOE
diff -u expected seen

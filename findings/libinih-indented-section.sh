#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# libinih 55 (Debian 12): a section header with blanks before it is no section header but one more value of the
# key before it, and an indented "key = value" is a value of that key, too; ini_parse() reports success.
#
# Guessed: leading blanks are ignored, so that
#	[web]
#	window = 1
#	  [db]
#	window = 2
# gives web.window and db.window. Seen: web.window = "1", web.window = "[db]", web.window = "2", return value 0.
# The cause is that the library is built to take an indented line for a continuation (INI_ALLOW_MULTILINE).
# What is meant for "db" lands in "web": a program that lets a later value win has the wrong one, without a word.
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

	static int show(void *user, const char *section, const char *name, const char *value)
	{
		printf("%s.%s = \"%s\"\n", section, name, value);
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

printf '[web]\nwindow = 1\n  [db]\nwindow = 2\n  limit = 3\n' > indented.ini
./read indented.ini | tee seen
cat > expected <<-'EOE'
	web.window = "1"
	web.window = "[db]"
	web.window = "2"
	web.window = "limit = 3"
	returned 0
EOE
diff -u expected seen

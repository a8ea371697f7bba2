#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Validate each line of standard input, a JSON document, against a JSON Schema.

usage: user_schema.py SCHEMA

Exit status: 0 all are valid and there was at least one, 1 not, 2 bad usage.
"""

import json
import sys

import jsonschema


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    count = errors = 0
    for line in sys.stdin.buffer:
        count += 1
        for error in validator.iter_errors(json.loads(line.decode("utf-8"))):
            errors += 1
            where = "/".join(str(part) for part in error.absolute_path)
            print(f"# line {count}: {where}: {error.message[:200]}", file=sys.stderr)
    if not count:
        print("there is no document to validate", file=sys.stderr)
    return 0 if count and not errors else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Validate each line of standard input, a JSON document, against a JSON Schema; or each line of
files, whose names end in which schema it is.

usage: schema.py SCHEMA
       schema.py FOLDER FILE.KIND...

Exit status: 0 all are valid and there was at least one in each file, 1 not, 2 bad usage.
"""

import json
import pathlib
import sys

import jsonschema


def faults(schema, name, lines):
    with open(schema, encoding="utf-8") as f:
        validator = jsonschema.Draft7Validator(json.load(f))
    validator.check_schema(validator.schema)
    count = errors = 0
    for line in lines:
        count += 1
        for error in validator.iter_errors(json.loads(line.decode("utf-8"))):
            errors += 1
            where = "/".join(str(part) for part in error.absolute_path)
            print(f"# {name}, line {count}: {where}: {error.message[:200]}", file=sys.stderr)
    if not count:
        print(f"# {name}: there is no document to validate", file=sys.stderr)
    return errors if count else 1


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    if len(sys.argv) == 2:
        return 1 if faults(sys.argv[1], "standard input", sys.stdin.buffer) else 0
    bad = 0
    for path in map(pathlib.Path, sys.argv[2:]):
        with open(path, "rb") as f:
            bad += faults(f"{sys.argv[1]}/kvmlat-{path.suffix[1:]}.schema.json", path.name, f)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

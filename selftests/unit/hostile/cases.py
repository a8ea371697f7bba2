# SPDX-License-Identifier: GPL-2.0-only
"""How a test of hostile/ says that something is otherwise, and how its cases are run."""

import re
import subprocess
import time

# Controls but the newline, and what turns the direction of text or ends a line without one
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Fault(Exception):
    pass


def expect(what, got, want):
    if got != want:
        raise Fault(f"{what} is {got!r}, not {want!r}")


def has(what, got, want):
    if want not in got:
        raise Fault(f"{what} has no {want!r}: {got!r}")


def soon(what, check, seconds=60):
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise Fault(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def run_cases(cases, chosen, why_not=""):
    """As TAP: those of these names, or all; none if there is a reason"""
    cases = [c for c in cases if not chosen or c.__name__ in chosen]
    print("TAP version 13")
    if why_not:
        print(f"1..0 # SKIP {why_not}")
        return
    print(f"1..{len(cases)}")
    for i, case in enumerate(cases, 1):
        name = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok {i} - {name}", flush=True)
        except (Fault, subprocess.TimeoutExpired, OSError) as e:
            print(f"not ok {i} - {name}", flush=True)
            for line in str(e).splitlines():
                print("#", line, flush=True)

# SPDX-License-Identifier: GPL-2.0-only
"""Command lines by chance, of options that the commands' usage has and of values at and beyond each limit."""

import collections
import os
import random
import re
import struct
import subprocess

from cases import Fault, expect

# Controls but the newline, as in commands
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

GUESTS = ("web", "web2", "twin", "twin")
WRONG = ["", " ", "x", "-", "--", "-1", "+1", " 1", "1 ", "0x10", "1e3", "1.", "\u0661", "nan", "1,", ",", "9" * 400,
         "a" * 5000, "\x1b[2J", "a\nb", b"\xff\xfe", "%s%n", "--json", "=", "a=b"]
EDGES = [str(n + d) for n in (0, 1, 2, 99, 256, 8192, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 1 << 64) for d in (-1, 0, 1)]
KNOB_VALUES = ["0", "1", "4294967295", "4294967296", "50us", "1.5us", "0.5ns", "4294967295ns", "4294967296ns", "4.3s",
               "1ms", "5", "inherit", "Inherit", "50 us", "200us", "18446744073709551615", "18446744073709551616"]
PROFILES = ["a", "throughput", "realtime", "saved", "../a", "no-such", "x/y", ".", "n" * 255, "n" * 256, "bad"]
# By what stands for a value in the usage, the first two good ones. A word that is not here fails the test: it
# needs its values.
VALUES = {
    "SEC": ["1", "2", "0.1", "100ms", "0.01", "0.009", "0.0099999999999", "10ms", "9ms", "9.99ms", "86400", "86400.1",
            "86401", "24h", "24.1h", "1440m", "1441m", "1us", "1S", "1m1s"] + EDGES,
    "TIME": ["50us", "1ms", "0", "1", "1ns", "0.5ns", "1h", "3600s", "3601s", "3600.1s", "3600000000000",
             "3600000000001", "inherit"] + EDGES,
    "LIST": ["0", "0-1", "1", "1-0", "0-1,1", "0-3,7", "0--1", "0-0", "0-4294967295", "0-4294967296", "0-8191", "0-8192"] +
            EDGES,
    "PID": ["{pid}", "{pid}", "1"] + EDGES,
    "NAME": ["web", "web*", "web[0-9]", "w?b", "twin", "tw*", "[", "[w", "\\", "*", "nobody", "n" * 255, "n" * 256],
    "ID": ["1", "2", "4", "5"] + EDGES,
    "KEY": ["count", "time", "own", "mean", "max", "p99", "reason", "exits", "COUNT", "p9"],
    "KEY of top": ["exits", "name", "guest", "exit", "user", "poll", "wait", "runq", "off", "wake-p99", "runq-p99",
                   "wake-max", "runq-max", "pid", "vcpus", "count", "wake-p9"],
    "FILE": ["out", "out", "/dev/null", "/dev/full", "no/such", ".", "f" * 256],
    "MOMENT": ["2000-01-31 10:00", "+5m", "00:00", "+0s", "+1h", "25:00", "10:00:60", "2100-01-31 10:00", "+", "5m"],
    "RECORDING": ["kvmlat.rec", "kvmlat.rec", "out", "/dev/null", "/dev/full", "no/such", ".", "f" * 256],
    "KIND": ["exit", "wake", "halt", "poll", "poll-hit", "poll-miss", "sleep", "runq", "preempt", "user", "user:IO",
             "user:2", "user:", "user:99", "gap", "all"],
    "KIND,": ["gap", "all", "exit", "user", "runq", "wake", "gap,exit", "gap,", ",gap", "gap,gap", "all,gap", "halt"],
    "REASON": ["cpuid", "io", "hlt", "msr", "CPUID", "0x72", "0x", "npf", "4294967296"],
    "UNIT": ["ns", "us", "ms", "s", "m", "US"],
    "COUNT": ["1", "2", "3"] + EDGES,
    "SIZE": ["1M", "64K", "1G", "1", "1T", "1X"] + EDGES,
    "REGEX": ["web", ".", "(", "[", "*", "a{9}", "a{99999}", "\\", "(a*)*$"],
    "VALUE": ["200us", "5us"] + KNOB_VALUES,
    "WAKE": ["20us", "1ms", "1us", "999ns", "1s", "1000000001ns", "inherit"] + EDGES,
    "PERCENT": ["10%", "5", "0.5%", "100%", "100.1", "0%", "%", "10%%", "1.2.3%", ".5", "10 %"] + EDGES,
    "PRIO": ["1", "50", "98", "100"] + EDGES,
}
# "--reason NAME" is no guest's
OF_OPTION = {("hist", "--reason"): "REASON", ("top", "--key"): "KEY of top"}
OF_OPTION[("auto", "--wake-p99")] = "WAKE"
OF_OPTION.update({(c, "--read"): "RECORDING" for c in ("stat", "hist", "watch")})
OF_OPTION.update({(c, o): "MOMENT" for c in ("stat", "hist", "watch", "report") for o in ("--since", "--until")})
Option = collections.namedtuple("Option", "short long value")
# Statuses that say what was found and not what went wrong
FOUND = {"watch": (2,), "profile": (1,), "doctor": (1,), "compare": (1, 2)}


class Runner:
    """A command with many.c instead of its main"""

    def __init__(self, program, cwd, env, **more):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=cwd, env=env, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def run(self, args):
        words = b"".join((w if isinstance(w, bytes) else w.encode()) + b"\0" for w in ["kvmlat", *args])
        self.process.stdin.write(struct.pack("=I", len(words)) + words)
        self.process.stdin.flush()
        head = self.process.stdout.read(12)
        if len(head) < 12:
            raise Fault(f"{args} ended the runner")
        status, out, err = struct.unpack("=iii", head)
        return os.waitstatus_to_exitcode(status), self.process.stdout.read(out), self.process.stdout.read(err)


def options_of(command, usage):
    """Options of a command, and which word stands for a value, of the lines of a usage that begin with an option"""
    found = []
    for m in re.finditer(r"^ +(?:(-\w), +)?(--[a-z][-\w]*)(?: ([A-Z]+,?)\S*)?", usage, re.M):
        found.append(Option(m[1], m[2], OF_OPTION.get((command, m[2]), m[3])))
        if found[-1].value and found[-1].value not in VALUES:
            raise Fault(f"{m[0]!r}: the test has no values for {m[3]}")
    return found


class Chance:
    """Lines of commands: @pid is of a VMM, @knobs are their names"""

    def __init__(self, pid, knobs, usages, seed):
        self.random = random.Random(seed)
        self.pid = str(pid)
        self.knobs = [*knobs, "no_such", "", "halt_poll"]
        self.options = {c: options_of(c, u) for c, u in usages.items()}
        self.commands = sorted(usages)

    def once(self, in_so_many):
        return self.random.randrange(in_so_many) == 0

    def value(self, of):
        if self.once(12):
            return self.random.choice(WRONG)
        word = self.random.choice(VALUES[of][:2] if self.once(2) else VALUES[of])
        return self.pid if word == "{pid}" else word

    def option(self, command):
        """Its words"""
        if self.once(40) or not self.options[command]:
            return [self.random.choice(["--nope", "-?", "-q", "--help", "-h", "--json=1", "--", "-", "-1z", "--no-load"])]
        return self.with_value(self.random.choice(self.options[command]))

    def with_value(self, o):
        name = o.short if o.short and self.once(2) else o.long
        if name.startswith("--") and self.once(20):
            name = name[:self.random.randrange(2, len(name)) + 1]
        if o.value is None:
            return [name + "=1"] if self.once(60) and name.startswith("--") else [name]
        if self.once(60):
            return [name]
        value = self.value(o.value)
        if self.once(3) and isinstance(value, str):
            return [name + ("=" if name.startswith("--") else "") + value]
        return [name, value]

    def words(self, command):
        """What is no option"""
        r = self.random
        if command == "set":
            return [r.choice(self.knobs if self.once(3) else ["halt_poll_ns"]) + ("" if self.once(30) else "=") +
                    r.choice(KNOB_VALUES if r.randrange(5) else EDGES) for _ in range(r.choice((0, 1, 1, 1, 1, 1, 2, 3)))]
        if command == "get":
            return [r.choice(self.knobs) for _ in range(r.choice((0, 0, 1, 2)))]
        if command == "undo":
            return [r.choice(EDGES)] if self.once(2) else []
        if command == "detail":
            return [r.choice(("on", "off", "On", "x"))] if r.randrange(3) else []
        if command == "profile":
            what = r.choice(("list", "show", "diff", "apply", "undo", "save", "no-such"))
            return [what] + [r.choice(PROFILES)] * r.choice((0, 1, 1, 1, 2)) + ["--hold"] * (what == "apply")
        if command == "help":
            return [r.choice(self.commands + ["no-such", ""])] * r.choice((0, 1, 1, 2))
        if command == "report" and not self.once(8):
            return [r.choice(VALUES["RECORDING"])]
        if command == "compare" and not self.once(8):
            return ["long.rec", r.choice(["long.rec", "long.rec", "long.rec:0:00-23:59"] + VALUES["RECORDING"])]
        if command == "stat" and self.once(8):
            return [["--", "true"], ["true", "x"], ["no-such"], [""], ["--", "/"], ["--"]][r.randrange(6)]
        return [r.choice(WRONG)] if self.once(15) else []

    def line(self, command=None, option=None):
        """A line of the command, with the option, or any"""
        if not command and self.once(200):
            return [self.random.choice(WRONG) for _ in range(self.random.randrange(3))]
        command = command or self.random.choice(self.commands)
        line = [command] + (self.with_value(option) if option else [])
        if command != "report" and option and option.value == "MOMENT":
            line += ["-r", "kvmlat.rec"]
        if command == "auto" and not self.once(8):
            line += ["--cpu", "10%"]
        # Most of what these set is of a guest
        if command in ("set", "get", "rt") and not self.once(3):
            line += ["-g", "web"]
        if command == "rt" and self.once(3):
            line += ["--force"]
        for _ in range(self.random.choice((0, 0, 0, 1) if option else (0, 1, 1, 1, 2, 2, 3))):
            line += self.option(command)
        words = self.words(command)
        if self.once(3) or command == "stat":
            return line + words
        return [command] + words + line[1:]


def said(what, data):
    try:
        data = data.decode()
    except UnicodeDecodeError as e:
        raise Fault(f"the {what} is not UTF-8: {e}") from None
    found = FORBIDDEN.search(data)
    if found:
        raise Fault(f"the {what} has {found[0]!r}: {data[max(0, found.start() - 60):found.end() + 20]!r}")
    return data


def judge(args, status, out, err):
    """Whether it was done. A fault if it ended as no command may"""
    # As a shell, of a COMMAND that cannot be run
    if not 0 <= status <= 6 and not (status in (126, 127) and err.startswith(b"kvmlat: cannot run ")):
        raise Fault(f"the status is {status}: {err[-1500:].decode(errors='replace')}")
    out, err = said("output", out), said("complaint", err)
    for line in err.splitlines():
        # "stat COMMAND" leaves standard output to COMMAND
        if args and not line.startswith("kvmlat: ") and (status or args[0] != "stat"):
            raise Fault(f"a line of the complaint is {line!r}")
    found = args and status and status in FOUND.get(args[0], ()) and not err
    if status and not err and not found:
        raise Fault(f"the status is {status}, and there is no sentence")
    if status == 1 and not found and (len(err.splitlines()) != 1 or out) and args:
        raise Fault(f"more than a sentence: {out!r} {err!r}")
    # "record COMMAND" has kept what happened until it could not run it
    return not status or found or (args and args[0] == "record" and status in (126, 127))


def usages_of(runner):
    names = re.findall(r"^  ([-a-z]+)  ", runner.run(["help"])[1].decode(), re.M)
    return {n: runner.run(["help", n])[1].decode() for n in names}


def tell(ended, usages):
    """How many ended how. Lines that are all refused, or all taken, would test nothing"""
    for name in usages:
        for what, some in (("done", any(ended[name, s] for s in (0, 1, 2))), ("refused", ended[name, 1])):
            expect(f"whether any \"{name}\" was {what}", bool(some), True)
    print("#", ", ".join(f"{n} ended with {s}" for s, n in sorted(
        collections.Counter({s: sum(n for (_, t), n in ended.items() if t == s) for s in range(7)}).items())))

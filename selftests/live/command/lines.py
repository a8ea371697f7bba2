#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""lines.py [MODULE]: command lines by chance against the module, as selftests/unit/hostile/lines has them against one that
is played. For the lab: they turn knobs of KVM. LINES_BY_CHANCE tells how many, SEED which."""

import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, os.path.join(TOP, "selftests/unit/hostile"))
from cases import Fault, expect, run_cases, soon  # noqa: E402
from chance import GUESTS, Chance, Runner, judge, usages_of  # noqa: E402

LINES = int(os.environ.get("LINES_BY_CHANCE", "40"))
SEED = int(os.environ.get("SEED", "1"))
BIN = os.path.join(TOP, "build/bin")
MODULE = sys.argv[1] if len(sys.argv) > 1 else os.environ["KVMLAT_KO"]
PROFILE = '[profile]\nsummary = for a test\n[host]\nhalt_poll_ns = 7us\n[guest "*"]\nhalt_poll_ns = 3ms\n'
NOBODY = 65534


class Host:
    """The module, guests that mostly sleep, and folders of the command's own"""

    def __init__(self):
        # pylint: disable=consider-using-with
        self.dir = tempfile.TemporaryDirectory()
        self.work = self.dir.name
        os.chmod(self.work, 0o755)
        for folder in ("run", "profiles", "bin"):
            os.mkdir(os.path.join(self.work, folder))
        for name, content in (("a", PROFILE), ("bad", "[host]\nnonsense\n")):
            with open(os.path.join(self.work, f"profiles/{name}.ini"), "w", encoding="utf-8") as f:
                f.write(content)
        os.symlink("/bin/true", os.path.join(self.work, "bin/true"))
        self.env = dict(os.environ, PATH=self.work + "/bin", KVMLAT_NO_LOAD="1", KVMLAT_RUN_DIR=self.work + "/run",
                        KVMLAT_MODPROBE=self.work + "/kvmlat.conf", LC_ALL="C.UTF-8", TERM="dumb",
                        KVMLAT_PROFILES=f"{self.work}/profiles:{TOP}/profiles")
        self.load()
        self.vmms = [subprocess.Popen([BIN + "/kvmlat-vmm", "-name", name, "--forever", "--do", "hlt=1:100000"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for name in GUESTS]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.vmms:
            p.kill()
            p.wait()
        self.unload()
        self.dir.cleanup()

    def load(self):
        subprocess.run(["insmod", MODULE], check=True)

    def unload(self):
        if os.path.exists("/sys/module/kvmlat"):
            subprocess.run(["rmmod", "kvmlat"], check=True)

    def runner(self, **more):
        return Runner(BIN + "/kvmlat-many", self.work, self.env, **more)


def kept(host):
    """What files have that somebody else reads again"""
    files = {}
    for folder, _, names in os.walk(host.work):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), host.work)
            # Names of guests that were seen, which any command may keep; the test's own; nothing to be undone
            if path in ("run/guests", "bin/true") or path.endswith(".lock"):
                continue
            with open(os.path.join(folder, name), "rb") as f:
                files[path] = f.read()
    if files.get("run/rt", b"").count(b"\n") == 1:
        del files["run/rt"]
    return files


def state(host, runner):
    """All that a refused line could have changed"""
    threads = {tid: (os.sched_getaffinity(int(tid)), os.sched_getscheduler(int(tid)), os.sched_getparam(int(tid)).sched_priority)
               for p in host.vmms for tid in os.listdir(f"/proc/{p.pid}/task")}
    return threads, kept(host), [runner.run(args)[:2] for args in (["get", "-a", "--json"], ["detail", "--json"])]


def restore(host, runner):
    for line in (["undo", "--all"], ["rt", "--undo"]):
        runner.run(line)
    for name in ("out", "profiles/saved.ini", "kvmlat.conf"):
        if os.path.exists(os.path.join(host.work, name)):
            os.unlink(os.path.join(host.work, name))


def by_chance():
    """With the module; now and then as a user who may not read, and the last lines without the module"""
    with Host() as host, host.runner() as root, host.runner(user=NOBODY, group=NOBODY, extra_groups=[]) as nobody:
        soon("the guests", lambda: len(json.loads(root.run(["list", "--json"])[1])["vms"]) == len(GUESTS))
        expect("what record says", root.run(["record"])[0], 0)
        knobs = {k["knob"] for k in json.loads(root.run(["get", "-a", "--json"])[1])["knobs"]}
        chance = Chance(host.vmms[0].pid, sorted(knobs), usages_of(root), SEED)
        ended = [0] * 7
        before = None
        for i in range(LINES):
            if i % 50 == 0:
                restore(host, root)
                before = state(host, root)
            if i == LINES - LINES // 6:
                host.unload()
                before = state(host, root)
            args = chance.line()
            status, out, err = (nobody if i % 12 == 2 else root).run(args)
            if "--show" in sys.argv:
                print("#", status, " ".join(map(str, args))[:200].encode("unicode_escape").decode(), flush=True)
            try:
                done = judge(args, status, out, err)
                after = state(host, root)
                if after != before and not done:
                    raise Fault(f"the status is {status}, which said {err!r}, but {before!r:.3000} became {after!r:.3000}")
            except Fault as e:
                raise Fault(f"line {i} of seed {SEED}, {args!r:.600}: {e}") from None
            before = after
            ended[min(status, 6)] += 1
        print("#", ", ".join(f"{n} ended with {s}" for s, n in enumerate(ended)))
        # Lines that are all refused, or all taken, would test nothing
        expect("whether some were done, refused, and without the module", [bool(ended[s]) for s in (0, 1, 2)], [True] * 3)


run_cases([by_chance], [])

# SPDX-License-Identifier: GPL-2.0-only
"""A host for the whole command: the module that module.py plays, guests, and folders of the command's own."""

import csv
import io
import json
import os
import subprocess

from cases import Fault, expect
from module import C, Module, Vm, TOP

OUT = os.path.join(os.environ.get("O", os.path.join(TOP, "build")), "test")
HOST = (C["KNOB_HALT_POLL_NS"], C["SCOPE_HOST"], 0, 0)
PROFILE = "[profile]\nsummary = for a test\n[host]\nhalt_poll_ns = 7us\n"


class World(Module):
    """The module, guests of these names, and folders of the command's own"""

    def __init__(self, *names):
        super().__init__()
        self.guests = names

    def __enter__(self):
        super().__enter__()
        self.work = self.dir.name
        self.processes = []
        for name in self.guests:
            self.begin(name)
        for name in ("run/", "profiles/a.ini", "root/sys/module/kvm/initstate", "root/sys/devices/system/cpu/online",
                     "root/etc/modprobe.d/", "root/usr/lib/modprobe.d/", "root/proc/cmdline"):
            content = {"a.ini": PROFILE, "online": "0-63\n", "cmdline": "quiet\n"}
            self.write(name, content.get(os.path.basename(name), ""))
        self.env = dict(os.environ, KVMLAT_STAND_IN=self.path, KVMLAT_NO_LOAD="1", LC_ALL="C.UTF-8", TERM="dumb",
                        KVMLAT_RUN_DIR=self.work + "/run", KVMLAT_ROOT=self.work + "/root",
                        KVMLAT_MODPROBE=self.work + "/root/etc/modprobe.d/kvmlat.conf",
                        KVMLAT_PROFILES=self.work + "/profiles",
                        ASAN_OPTIONS="exitcode=99:detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1")
        self.knobs[HOST] = [200000, C["SCOPE_HOST"]]
        return self

    def __exit__(self, *rest):
        for p in self.processes:
            p.communicate()
        super().__exit__(*rest)

    def begin(self, name, vcpus=2):
        """A VM whose process is called so"""
        p = subprocess.Popen(["qemu-system-x86_64", "-name", "guest=" + name], executable=os.path.join(OUT, "vmm"),
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdout.read(1)
        self.processes.append(p)
        self.add(p.pid, vcpus)
        return p

    def add(self, pid, vcpus=2):
        with self.lock:
            self.vms.append(Vm(len(self.vms) + 1, pid, vcpus))

    def write(self, name, content):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if content or not name.endswith("/"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(content)

    def start(self, *args, **more):
        return subprocess.Popen([os.path.join(OUT, "kvmlat"), *args], env=self.env, stdin=subprocess.DEVNULL,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more})

    def run(self, *args, want=0):
        """Output and complaints of a command that ends with that status"""
        p = self.start(*args)
        out, err = (b.decode() for b in p.communicate(timeout=60))
        expect(f"the status of {' '.join(args)!r}, which said {out + err!r},", p.returncode, want)
        return out, err

    def intervals_of(self, rec):
        """Of a recording that may just have begun: its first one may be still to come"""
        p = self.start("report", "--list", "--json", rec)
        out = p.communicate(timeout=60)[0]
        return json.loads(out)["intervals"] if p.returncode == 0 else 0

    def several(self, count, *args):
        """What is said of at least so many intervals, however long this machine takes for one"""
        for seconds in ("0.5", "3", "30"):
            out = self.run(*args, "-i", "0.1", "-d", seconds)[0]
            if len(out.splitlines()) >= count:
                return out
        raise Fault(f"{args}: no {count} intervals in {seconds} s: {out!r}")


def rows(out):
    """Of CSV, without the header"""
    return list(csv.DictReader(io.StringIO(out)))

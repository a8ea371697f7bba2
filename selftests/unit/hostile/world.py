# SPDX-License-Identifier: GPL-2.0-only
"""What tests of profiles run in: a module that module.py plays, folders of their own for /run, /etc and /sys."""

import os
import signal
import socket
import struct
import subprocess
import time

from cases import expect
from module import C, CONTROLLER, FAMILY, Module, TOP, text, u16

KVMLAT = os.path.join(os.environ.get("O", os.path.join(TOP, "build")), "test", "kvmlat")
HOST = (C["KNOB_HALT_POLL_NS"], C["SCOPE_HOST"], 0, 0)
NEW_FAMILY, DEL_FAMILY = 1, 2
PROFILE = """[profile]
summary = for a test
[host]
halt_poll_ns = 7us
dma_latency = 5us
[guest "*"]
halt_poll_ns = 3ms
"""


class World(Module):
    def __enter__(self):
        super().__enter__()
        self.work = self.dir.name
        self.run_dir = os.path.join(self.work, "run")
        for folder in ("run", "profiles", "root/dev", "root/sys/devices/system/cpu"):
            os.makedirs(os.path.join(self.work, folder))
        for name in ("a", "b"):
            self.write(f"profiles/{name}.ini", PROFILE)
        self.write("root/dev/cpu_dma_latency", "")
        self.write("root/sys/devices/system/cpu/online", "0-1\n")
        self.load()
        self.env = dict(os.environ, KVMLAT_STAND_IN=self.path, KVMLAT_RUN_DIR=self.run_dir, KVMLAT_NO_LOAD="1",
                        LC_ALL="C.UTF-8",
                        KVMLAT_ROOT=self.work + "/root", KVMLAT_PROFILES=self.work + "/profiles",
                        ASAN_OPTIONS="exitcode=99:quarantine_size_mb=0:thread_local_quarantine_size_kb=0")
        self.knobs[(C["KNOB_HALT_POLL_NS"], C["SCOPE_HOST"], 0, 0)] = [200000, C["SCOPE_HOST"]]
        return self

    def __exit__(self, *rest):
        if self.holder():
            os.kill(self.holder(), signal.SIGKILL)
        super().__exit__(*rest)

    def write(self, name, content):
        with open(os.path.join(self.work, name), "w", encoding="utf-8") as f:
            f.write(content)

    def read(self, name):
        try:
            with open(os.path.join(self.run_dir, name), encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    # The folder of /sys is another one after each load
    def load(self):
        os.makedirs(os.path.join(self.work, "root/sys/module/kvmlat"))
        self.loaded = True
        self.tell_family(NEW_FAMILY)

    def unload(self):
        """What rmmod does: everything is undone, and nobody answers"""
        os.rename(os.path.join(self.work, "root/sys/module/kvmlat"), os.path.join(self.work, f"gone{time.time()}"))
        with self.lock:
            self.loaded = False
            self.changes.clear()
            self.knobs = {p: v for p, v in self.knobs.items() if p[1] == C["SCOPE_HOST"]}
            self.knobs[HOST] = [200000, C["SCOPE_HOST"]]
        self.tell_family(DEL_FAMILY)

    def tell_family(self, command):
        packet = self.message(CONTROLLER, 0, 0, struct.pack("=BBH", command, 1, 0) + u16(1, FAMILY) +
                              text(2, "kvmlat"))
        for client in list(self.members):
            try:
                client.send(packet)
            except OSError:  # it was killed
                self.members.discard(client)

    def holder(self):
        words = self.read("profile").split()
        pid = int(words[0]) if words else 0
        return pid if pid and os.path.exists(f"/proc/{pid}/cmdline") and self.state(pid) != "Z" else 0

    def state(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                return f.read().rpartition(")")[2].split()[0]
        except OSError:
            return "Z"

    def run(self, *args, **more):
        p = subprocess.run([KVMLAT, *args], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                           check=False, **more)
        return p.returncode, (p.stdout + p.stderr).decode()

    def apply(self, name="a"):
        status, out = self.run("profile", "apply", name)
        expect(f"apply, which said {out!r}", status, 0)
        expect("the knob", self.knobs[HOST][0], 7000)
        return self.holder()

    def hold(self, **more):
        path = os.path.join(self.work, f"notify{time.monotonic()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(path)
            s.settimeout(20)
            p = subprocess.Popen([KVMLAT, "profile", "apply", "a", "--hold"], env=dict(self.env, NOTIFY_SOCKET=path),
                                 stdin=subprocess.DEVNULL, **more)
            expect("what the manager is told", s.recv(100), b"READY=1")
        expect("the knob then", self.knobs[HOST][0], 7000)
        return p

    def is_as_it_was(self):
        expect("the knob", self.knobs[HOST][0], 200000)
        expect("what VMs have of their own", [p for p in self.knobs if p[1] != C["SCOPE_HOST"]], [])

    def undo(self, want=0):
        status, out = self.run("profile", "undo")
        expect(f"undo, which said {out!r}", status, want)
        return out

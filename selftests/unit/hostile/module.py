# SPDX-License-Identifier: GPL-2.0-only
"""Plays the module to commands that are built with socket.c.

A Module holds VMs with their accounts, knobs and changes, and answers each request of linux/kvmlat.h, to
several commands at once, with the attributes' numbers of kvmlat-gen.h. What a test changes in it, a newer or
a broken module would send: rows, knobs and whole messages that no library knows.
"""

import errno
import os
import re
import selectors
import socket
import struct
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
FAMILY = 33
CONTROLLER = 16
GROUP = 7
NLMSG_ERROR, NLMSG_DONE = 2, 3
MULTI, ACK, DUMP, INTERRUPTED, CAPPED, TLVS = 2, 4, 0x300, 0x10, 0x100, 0x200
SECOND = 10 ** 9


def constants():
    """The names of kvmlat-gen.h without KVMLAT_, and their numbers"""
    with open(os.path.join(TOP, "include/uapi/linux/kvmlat-gen.h"), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    found = {m[1]: int(m[2]) for m in re.finditer(r"#define KVMLAT_(\w+)\s+(\d+)\s", text)}
    for body in re.findall(r"enum[ \w]*\{(.*?)\}", text, flags=re.S):
        number = -1
        for item in body.split(","):
            m = re.match(r"\s*KVMLAT_(\w+)(?: = (\d+))?\s*$", item)
            if m:
                number = int(m[2]) if m[2] else number + 1
                found[m[1]] = number
    return found


C = constants()


def attr(kind, payload=b""):
    size = 4 + len(payload)
    return struct.pack("=HH", size, kind) + payload + bytes(-size % 4)


def u16(kind, value):
    return attr(kind, struct.pack("=H", value))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value & 0xffffffff))


def u64(kind, value):
    return attr(kind, struct.pack("=Q", value))


def text(kind, value):
    return attr(kind, (value if isinstance(value, bytes) else value.encode()) + b"\0")


def nest(kind, *parts):
    return attr(kind | 0x8000, b"".join(parts))


def attrs(data):
    """(type, payload) of each attribute"""
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4:
            break
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def number(payload):
    return int.from_bytes(payload, "little")


class Refused(Exception):
    """knob is which of the request's is at fault, the first is 0"""

    def __init__(self, error, sentence, knob=None):
        super().__init__(sentence)
        self.error = error
        self.knob = knob
        self.offset = None

    def find(self, data):
        at = 20
        while self.knob is not None and at < len(data):
            size, kind = struct.unpack_from("=HH", data, at)
            self.knob -= kind & 0x3fff == C["A_KNOB"]
            if self.knob < 0:
                self.offset = at
                return
            at += (size + 3) & ~3


class Vcpu:
    """Rows have (class, code, events a second, ns each); all else is derived from the time that passed"""

    def __init__(self, number_, tid):
        self.id = number_
        self.tid = tid
        self.rows = [(C["REASON_CLASS_EXIT"], 0x72, 1000, 20000), (C["REASON_CLASS_EXIT"], 0x7b, 300, 50000),
                     (C["REASON_CLASS_HALT"], 0, 50, 8000000), (C["REASON_CLASS_WAKE"], 0, 50, 30000),
                     (C["REASON_CLASS_RUNQ"], 0, 60, 70000), (C["REASON_CLASS_PREEMPT"], 0, 9, 400000),
                     (C["REASON_CLASS_USER"], 2, 200, 90000), (C["REASON_CLASS_POLL_HIT"], 0, 5, 900)]
        self.details = [(C["DETAIL_KIND_MSR_WRITE"], 0x6e0, 700), (C["DETAIL_KIND_PIO_OUT"], 0x3f8, 90)]
        self.preemptors = [b"hog"]
        self.state = C["STATE_GUEST"]
        self.more = b""
        self.more_times = b""
        self.parts = 10  # of its time, in each state but GUEST


class Halting(Vcpu):
    """Halts 2000 times a second, and what it waits for comes after so many ns: what came until it is read is by the
    window that is in effect then. Who sleeps runs 60 us late."""

    def __init__(self, module, vm, number_, tid, ns=40000):
        super().__init__(number_, tid)
        self.module, self.vm, self.ns = module, vm, ns
        self.rows, self.details, self.preemptors, self.parts = [], [], [], 10 ** 6
        self.until = module.now()
        self.counts = {}
        self.deaf = False

    def window(self):
        place = (C["KNOB_HALT_POLL_NS"], C["SCOPE_VCPU"], self.vm, self.id)
        return self.module.knobs.get(place, [0])[0]

    def count(self, kind, ns, n):
        buckets = self.counts.setdefault(kind, {})
        octave = max(6, ns.bit_length() - 1)
        bucket = 1 + (octave - 6) * 8 + ((ns >> (octave - 3)) & 7) if ns >= 64 else 0
        buckets[bucket] = buckets.get(bucket, 0) + n

    @property
    def more(self):
        now = self.module.now()
        n = (now - self.until) * 2000 // SECOND
        self.until += n * SECOND // 2000
        hit = self.ns <= self.window() and not self.deaf
        if n:
            self.count("HALT", self.ns + (0 if hit else 60000), n)
            self.count("WAKE", 1000 if hit else 60000, n)
            if hit:
                self.count("POLL_HIT", self.ns, n)
        out = b""
        for kind, buckets in self.counts.items():
            total = sum(buckets.values())
            out += nest(C["A_VCPU_REASON"], u32(C["A_REASON_CLASS"], C["REASON_CLASS_" + kind]),
                        u64(C["A_REASON_COUNT"], total), u64(C["A_REASON_TOTAL"], total * 1000),
                        u64(C["A_REASON_LONGEST"], self.ns), u64(C["A_REASON_LONGEST_AT"], SECOND),
                        u32(C["A_REASON_LONGEST_CPU"], 1), u32(C["A_REASON_CODE"], 0),
                        attr(C["A_REASON_BUCKET_INDEX"], struct.pack(f"={len(buckets)}H", *sorted(buckets))),
                        attr(C["A_REASON_BUCKET_COUNT"],
                             struct.pack(f"={len(buckets)}Q", *(buckets[b] for b in sorted(buckets)))))
        return out

    @more.setter
    def more(self, value):
        pass


class Vm:
    def __init__(self, number_, pid, vcpus=2, comm=b"qemu-system-x86", since=SECOND):
        self.id = number_
        self.pid = pid
        self.comm = comm
        self.since = since
        self.gone = 0
        self.details = True
        self.vcpus = [Vcpu(i, pid) for i in range(vcpus)]


class Module:
    """with Module() as m: the socket is m.path, for KVMLAT_STAND_IN"""

    def __init__(self):
        self.vms = []
        self.vendor = C["VENDOR_AMD"]
        self.loaded = True
        self.permission = True
        self.version = "0.1.0"
        self.abi = C["ABI"]
        self.probes = [(b"kvm_entry", 1, b""), (b"kvm_exit", 1, b"")]
        self.knobs = {}
        self.changes = []
        self.next_change = 1
        self.more_knobs = b""
        self.cursor = 0
        self.broken = None
        self.errors = []
        self.requests = []
        self.began = time.monotonic_ns() - 100 * SECOND
        # The guests' processes begin with the test, their accounts long before, so that there is something in
        # them: told by this clock, which is so far ahead, the processes are older
        self.ahead = 1000 * SECOND
        names = [n for n in sorted(C, key=lambda n: C[n]) if re.match(r"KNOB_(HALT|PLE|PAUSE)", n)]
        for name in names:
            self.knobs[(C[name], C["SCOPE_HOST"], 0, 0)] = [200000, C["SCOPE_HOST"]]
        self.names = {C[n]: n[len("KNOB_"):].lower() for n in names}
        self.clients = {}
        self.members = set()
        self.watches = False
        self.lock = threading.Lock()

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.dir.name, "module")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(self.path)
        self.socket.listen(64)
        self.wake, self.end = os.pipe()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        os.close(self.end)
        self.thread.join()
        self.socket.close()
        os.close(self.wake)
        self.dir.cleanup()

    # What the kernel's part of netlink does

    def serve(self):
        chosen = selectors.DefaultSelector()
        chosen.register(self.wake, selectors.EVENT_READ)
        chosen.register(self.socket, selectors.EVENT_READ)
        while True:
            for key, _ in chosen.select():
                if key.fileobj == self.wake:
                    for client in list(self.clients):
                        client.close()
                    return
                if key.fileobj is self.socket:
                    client, _ = self.socket.accept()
                    self.clients[client] = True
                    chosen.register(client, selectors.EVENT_READ)
                    continue
                client = key.fileobj
                try:
                    data = client.recv(65536)
                    if data:
                        with self.lock:
                            self.take(client, data)
                        continue
                except OSError:
                    pass
                chosen.unregister(client)
                self.clients.pop(client, None)
                self.members.discard(client)
                client.close()

    def take(self, client, data):
        if len(data) == 8:
            self.members.add(client)
            client.send(struct.pack("=i", 0 if self.permission else errno.EPERM))
            return
        size, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
        command = data[16]
        request = {}
        for number_, payload in attrs(data[20:size]):
            request.setdefault(number_, []).append(payload)
        self.requests.append((kind, command, request))
        messages, error = [], None
        try:
            if self.errors:
                client.send(struct.pack("=i", self.errors.pop(0)))
                return
            messages = self.family(request) if kind == CONTROLLER else self.answer(command, request)
        except Refused as e:
            error = e
            error.find(data[:size])
        self.send(client, messages, error, sequence, flags, command)

    def message(self, kind, flags, sequence, payload):
        return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, 0) + payload + \
            bytes(-len(payload) % 4)

    def send(self, client, messages, error, sequence, flags, command):
        dump = flags & DUMP == DUMP
        packet = b""
        for kind, reply, payload in messages:
            one = self.message(kind, MULTI if dump else 0, sequence,
                               struct.pack("=BBH", reply, 1, 0) + payload)
            if len(packet) + len(one) > 32768:
                client.send(packet)
                packet = b""
            packet += one
        if error:
            packet += self.message(NLMSG_ERROR, CAPPED | TLVS, sequence,
                                   struct.pack("=iIHHII", -error.error, 16, 0, 0, sequence, 0) +
                                   text(1, str(error)) + (u32(2, error.offset) if error.offset else b""))
        elif dump:
            packet += self.message(NLMSG_DONE, MULTI, sequence, struct.pack("=i", 0))
        else:
            packet += self.message(NLMSG_ERROR, CAPPED, sequence,
                                   struct.pack("=iIHHII", 0, 16, 0, 0, sequence, 0))
        if self.broken:
            packet = self.broken(command, packet)
        if packet:
            client.send(packet)

    def family(self, request):
        if not self.loaded:
            raise Refused(errno.ENOENT, "")
        return [(CONTROLLER, 1, u16(1, FAMILY) + text(2, "kvmlat") +
                 nest(7, nest(1, u32(2, GROUP), text(1, C.get("MCGRP_EVENTS", "events")))))]

    # The module

    def now(self):
        return time.monotonic_ns() - self.began

    def answer(self, command, request):
        if not self.loaded:
            raise Refused(errno.ENOENT, "")
        if not self.permission and command != C["CMD_INFO"]:
            raise Refused(errno.EPERM, "reading accounts needs CAP_PERFMON")
        for name in ("INFO", "VM_GET", "VCPU_GET", "RESET", "DETAIL_SET", "KNOB_GET", "KNOB_SET", "KNOB_UNDO",
                     "OUTLIER_WATCH", "OUTLIER_GET"):
            if command == C["CMD_" + name]:
                return getattr(self, name.lower())(request)
        raise Refused(errno.EOPNOTSUPP, "no such command")

    def chosen(self, request):
        vms = self.vms
        for kind, of in ((C["A_VM_ID"], lambda v: v.id), (C["A_PID"], lambda v: v.pid)):
            if kind in request:
                vms = [v for v in vms if of(v) == number(request[kind][0])]
        return vms

    def info(self, _):
        a = {n[len("A_INFO_"):].lower(): C[n] for n in C if n.startswith("A_INFO_")}
        alive = [v for v in self.vms if not v.gone]
        body = [text(a["version"], self.version), u32(a["abi"], self.abi), u32(a["vendor"], self.vendor),
                u32(a["clock"], 0), u32(a["clock_khz"], 2000000), u64(a["now"], self.now()),
                u64(a["monotonic"], time.monotonic_ns() + self.ahead), u32(a["vms"], len(alive)),
                u32(a["vms_gone"], len(self.vms) - len(alive)), u32(a["vms_gone_max"], 64),
                u32(a["vcpus"], sum(len(v.vcpus) for v in alive)), u64(a["memory"], 1 << 20),
                u32(a["vcpu_memory_max"], 1 << 17), u64(a["missed"], 0), u64(a["spilled"], 0),
                u64(a["vms_gone_memory"], 0), u64(a["vms_gone_memory_max"], 32 << 20),
                u32(a["vcpus_max"], 16384), u32(a["user_vcpus_max"], 8192), u64(a["refused"], 0)]
        for name, state, why in self.probes:
            body.append(nest(a["probe"], text(C["A_PROBE_NAME"], name), u32(C["A_PROBE_STATE"], state),
                             text(C["A_PROBE_WHY"], why) if why else b""))
        return [(FAMILY, C["CMD_INFO"], nest(C["A_INFO"], *body))]

    def vm_get(self, request):
        out = []
        for v in self.chosen(request):
            body = [u32(C["A_VM_VM_ID"], v.id), u32(C["A_VM_PID"], v.pid), text(C["A_VM_COMM"], v.comm),
                    u32(C["A_VM_VCPUS"], len(v.vcpus)), u64(C["A_VM_SINCE"], v.since),
                    u64(C["A_VM_MEMORY"], 4096)]
            if v.gone:
                body.append(u64(C["A_VM_GONE"], v.gone))
            if v.details:
                body.append(attr(C["A_VM_DETAILS"]))
            out.append((FAMILY, C["CMD_VM_GET"], nest(C["A_VM"], *body)))
        return out

    def reason(self, row, ns, histograms):
        kind, code, rate, each = row
        count = rate * ns // SECOND
        if not count:
            return b""
        body = [u32(C["A_REASON_CLASS"], kind), u64(C["A_REASON_COUNT"], count),
                u64(C["A_REASON_TOTAL"], count * each), u64(C["A_REASON_LONGEST"], each),
                u64(C["A_REASON_LONGEST_AT"], SECOND), u32(C["A_REASON_LONGEST_CPU"], 1),
                u32(C["A_REASON_CODE"], code)]
        if histograms:
            octave = max(6, min(each.bit_length() - 1, 39))
            bucket = 1 + (octave - 6) * 8 + ((each >> (octave - 3)) & 7)
            body += [attr(C["A_REASON_BUCKET_INDEX"], struct.pack("=H", bucket)),
                     attr(C["A_REASON_BUCKET_COUNT"], struct.pack("=Q", count))]
        return nest(C["A_VCPU_REASON"], *body)

    def vcpu(self, v, c, request):
        now = v.gone or self.now()
        ns = now - v.since
        states = ["EXIT", "USER", "POLL", "WAIT", "RUNQ", "OFF"]
        part = ns // c.parts
        times = [u64(C["A_TIMES_GUEST"], ns - part * len(states))]
        times += [u64(C["A_TIMES_" + s], part) for s in states]
        body = [u32(C["A_VCPU_VM_ID"], v.id), u32(C["A_VCPU_PID"], v.pid), u32(C["A_VCPU_VCPU_ID"], c.id),
                u32(C["A_VCPU_TID"], c.tid), u64(C["A_VCPU_SINCE"], v.since), u64(C["A_VCPU_NOW"], now),
                u32(C["A_VCPU_STATE"], c.state), u64(C["A_VCPU_STATE_SINCE"], now),
                nest(C["A_VCPU_TIMES"], *times, c.more_times), u64(C["A_VCPU_REENTRIES"], 3),
                u64(C["A_VCPU_PREEMPTED"], part // 2),
                nest(C["A_VCPU_HALT"], u32(C["A_HALT_WINDOW"], 10000), u64(C["A_HALT_GROW"], ns >> 30),
                     u64(C["A_HALT_SHRINK"], ns >> 31), u64(C["A_HALT_INVALID"], 1))]
        if v.gone:
            body.append(attr(C["A_VCPU_GONE"]))
        code = request.get(C["A_CODE"])
        for row in c.rows:
            if not code or row[1] == number(code[0]):
                body.append(self.reason(row, ns, C["A_HISTOGRAMS"] in request))
        for i, comm in enumerate(c.preemptors):
            body.append(nest(C["A_VCPU_PREEMPTOR"], text(C["A_PREEMPTOR_COMM"], comm),
                             u32(C["A_PREEMPTOR_TID"], 100 + i), u64(C["A_PREEMPTOR_AT"], now - 1000 * i - 900),
                             u64(C["A_PREEMPTOR_TIME"], 800), u32(C["A_PREEMPTOR_CPU"], 1)))
        if C["A_DETAILS"] in request and v.details:
            body.append(u64(C["A_VCPU_DETAILS_SINCE"], v.since))
            for kind, key, rate in c.details:
                count = rate * ns // SECOND
                body.append(nest(C["A_VCPU_DETAIL"], u32(C["A_DETAIL_KIND"], kind), u64(C["A_DETAIL_KEY"], key),
                                 u64(C["A_DETAIL_COUNT"], count), u64(C["A_DETAIL_TOTAL"], count * 5000),
                                 u64(C["A_DETAIL_LONGEST"], 7000)))
        return (FAMILY, C["CMD_VCPU_GET"], nest(C["A_VCPU"], *body, c.more))

    def vcpu_get(self, request):
        wanted = request.get(C["A_VCPU_ID"])
        out = [self.vcpu(v, c, request) for v in self.chosen(request) for c in v.vcpus
               if not wanted or c.id == number(wanted[0])]
        if C["A_CURSOR"] in request:
            # What did not change may be sent as well
            changes = 0 < number(request[C["A_CURSOR"]][0]) <= self.cursor
            self.cursor += 1
            out.append((FAMILY, C["CMD_VCPU_GET"], nest(
                C["A_END"], u64(C["A_END_CURSOR"], self.cursor), u64(C["A_END_NOW"], self.now()),
                attr(C["A_END_CHANGES"]) if changes else b"")))
        return out

    def reset(self, request):
        for v in self.chosen(request):
            v.since = self.now()
        return []

    def detail_set(self, request):
        for v in self.chosen(request):
            v.details = bool(number(request[C["A_SWITCH"]][0]))
        return []

    def outlier_watch(self, request):
        self.watches = C["A_THRESHOLD"] in request
        return []

    def outlier(self, v, c, i, comm):
        now = self.now()
        times = [u64(C["A_TIMES_" + s], 10000 if s in ("RUNQ", "USER", "EXIT") else 0)
                 for s in ("GUEST", "EXIT", "USER", "POLL", "WAIT", "RUNQ", "OFF")]
        return (FAMILY, C["CMD_OUTLIER_GET"], nest(
            C["A_OUTLIER"], u32(C["A_OUTLIER_VM_ID"], v.id), u32(C["A_OUTLIER_PID"], v.pid),
            u32(C["A_OUTLIER_VCPU_ID"], c.id), u32(C["A_OUTLIER_TID"], c.tid),
            u32(C["A_OUTLIER_KIND"], C["OUTLIER_KIND_GAP"]), u64(C["A_OUTLIER_DROPPED"], 1),
            u64(C["A_OUTLIER_BEGIN"], now - 90000), u64(C["A_OUTLIER_END"], now - 60000 + i),
            u64(C["A_OUTLIER_TOTAL"], 30000), u64(C["A_OUTLIER_THRESHOLD"], 20000),
            nest(C["A_OUTLIER_TIMES"], *times), u32(C["A_OUTLIER_CLASS"], C["REASON_CLASS_EXIT"]),
            u32(C["A_OUTLIER_CODE"], 0x7b), u32(C["A_OUTLIER_VISIT"], 2),
            u32(C["A_OUTLIER_DETAIL_KIND"], 1), u64(C["A_OUTLIER_DETAIL_KEY"], 0x3f8),
            nest(C["A_OUTLIER_PREEMPTOR"], text(C["A_PREEMPTOR_COMM"], comm), u32(C["A_PREEMPTOR_TID"], 100 + i),
                 u64(C["A_PREEMPTOR_TIME"], 10000), u32(C["A_PREEMPTOR_PRIO"], 120)),
            nest(C["A_OUTLIER_PART"], u32(C["A_PART_KIND"], C["PART_KIND_TASK"]), u32(C["A_PART_STATE"], C["STATE_RUNQ"]),
                 u64(C["A_PART_TIME"], 6000), u32(C["A_PART_COUNT"], 1), u32(C["A_PART_ID"], 100 + i),
                 u32(C["A_PART_CPU"], 2), text(C["A_PART_COMM"], comm), u32(C["A_PART_PRIO"], 120)),
            nest(C["A_OUTLIER_WAKER"], text(C["A_WAKER_COMM"], comm), u32(C["A_WAKER_TID"], 1),
                 u32(C["A_WAKER_CPU"], 1), u64(C["A_WAKER_AT"], now - 90000)),
            attr(C["A_OUTLIER_PREEMPTED"]), u32(C["A_OUTLIER_CPU_BEFORE"], 1), u32(C["A_OUTLIER_CPU"], 2)))

    def outlier_get(self, _):
        if not self.watches:
            raise Refused(errno.ENOENT, "this socket watches for no outliers")
        out = [self.outlier(v, c, i, comm) for v in self.vms for c in v.vcpus
               for i, comm in enumerate(c.preemptors)]
        out.append((FAMILY, C["CMD_OUTLIER_GET"], nest(
            C["A_END"], u64(C["A_END_NOW"], self.now()), u64(C["A_END_DROPPED"], len(out)))))
        return out

    # Knobs

    def places(self):
        """Each knob with each scope that it has now"""
        for knob in self.names:
            yield knob, C["SCOPE_HOST"], 0, 0
        for v in self.vms:
            if not v.gone:
                yield C["KNOB_HALT_POLL_NS"], C["SCOPE_VM"], v.id, 0
                for c in v.vcpus:
                    yield C["KNOB_HALT_POLL_NS"], C["SCOPE_VCPU"], v.id, c.id

    def value(self, place):
        """What is in effect, and of which scope it is"""
        knob, scope, vm, _ = place
        for upper in (place, (knob, C["SCOPE_VM"], vm, 0), (knob, C["SCOPE_HOST"], 0, 0)):
            if upper[1] <= scope and upper in self.knobs:
                return self.knobs[upper][0], upper[1]
        raise KeyError(place)

    def pid(self, vm):
        return next((v.pid for v in self.vms if v.id == vm), 0)

    def knob_nest(self, place, *more):
        knob, scope, vm, vcpu = place
        value, source = self.value(place)
        own = []
        if scope != C["SCOPE_HOST"]:
            own += [u32(C["A_KNOB_VM_ID"], vm), u32(C["A_KNOB_PID"], self.pid(vm))]
        if scope == C["SCOPE_VCPU"]:
            own.append(u32(C["A_KNOB_VCPU_ID"], vcpu))
        return nest(C["A_KNOB"], u32(C["A_KNOB_ID"], knob), text(C["A_KNOB_NAME"], self.names[knob]),
                    u32(C["A_KNOB_SCOPE"], scope), *own, u64(C["A_KNOB_VALUE"], value),
                    u32(C["A_KNOB_SOURCE"], source), u64(C["A_KNOB_RANGE_MIN"], 0),
                    u64(C["A_KNOB_RANGE_MAX"], (1 << 32) - 1), u32(C["A_KNOB_UNIT"], C[self.unit(knob)]), *more)

    def unit(self, knob):
        name = self.names[knob]
        if name.endswith(("grow", "shrink")):
            return "UNIT_FACTOR"
        if name.startswith("halt"):
            return "UNIT_NS"
        return "UNIT_COUNT" if name.startswith("pause") else "UNIT_CYCLES"

    def knob_get(self, request):
        out = []
        for place in self.places():
            if request.keys() & {C["A_VM_ID"], C["A_PID"], C["A_VCPU_ID"]}:
                if place[2] not in [v.id for v in self.chosen(request)]:
                    continue
                if C["A_VCPU_ID"] in request and place[1] == C["SCOPE_VCPU"] and \
                        place[3] != number(request[C["A_VCPU_ID"]][0]):
                    continue
            more = b""
            for change, at, old in self.changes:
                if at == place:
                    more = u32(C["A_KNOB_CHANGE"], change)
            first = next((old for _, at, old in self.changes if at == place), None)
            if more:
                value, source = first if first else (0, C["SCOPE_HOST"])
                more += u64(C["A_KNOB_ORIGINAL"], value) + u32(C["A_KNOB_ORIGINAL_SOURCE"], source)
            out.append((FAMILY, C["CMD_KNOB_GET"], self.knob_nest(place, more)))
        if self.more_knobs:
            out.append((FAMILY, C["CMD_KNOB_GET"], self.more_knobs))
        return out

    def wanted(self, payload, index):
        a = dict(attrs(payload))
        knob = number(a[C["A_KNOB_ID"]])
        scope = number(a.get(C["A_KNOB_SCOPE"], b"\0"))
        place = (knob, scope, number(a.get(C["A_KNOB_VM_ID"], b"\0")), number(a.get(C["A_KNOB_VCPU_ID"], b"\0")))
        if place not in list(self.places()):
            raise Refused(errno.ENOENT, "no such knob, VM or vCPU")
        if C["A_KNOB_EXPECT"] in a and self.value(place)[0] != number(a[C["A_KNOB_EXPECT"]]):
            raise Refused(errno.ECANCELED, "not changed, what is in effect is not what was expected", index)
        value = None if C["A_KNOB_INHERIT"] in a else number(a[C["A_KNOB_VALUE"]])
        return place, value

    def put(self, place, value):
        old = self.value(place)
        if value is None:
            self.knobs.pop(place, None)
        else:
            self.knobs[place] = [value, place[1]]
        return old

    def told(self, place, old, result):
        return self.knob_nest(place, u64(C["A_KNOB_OLD"], old[0]), u32(C["A_KNOB_OLD_SOURCE"], old[1]),
                              u32(C["A_KNOB_RESULT"], C["RESULT_" + result]))

    def knob_set(self, request):
        wanted = [self.wanted(p, i) for i, p in enumerate(request.get(C["A_KNOB"], []))]
        if C["A_DRY_RUN"] in request:
            return [(FAMILY, C["CMD_KNOB_SET"], self.told(p, self.value(p), "CHECKED")) for p, _ in wanted]
        change = self.next_change
        self.next_change += 1
        body = u32(C["A_CHANGE"], change)
        for place, value in wanted:
            old = self.put(place, value)
            self.changes.append((change, place, old))
            body += self.told(place, old, "APPLIED")
            self.event(change, "SET", self.told(place, old, "APPLIED"))
        return [(FAMILY, C["CMD_KNOB_SET"], body)]

    def knob_undo(self, request):
        target = number(request[C["A_CHANGE"]][0]) if C["A_CHANGE"] in request else 0
        found = [c for c in self.changes if not target or c[0] == target]
        if target and not found:
            raise Refused(errno.ENOENT, f"there is no change {target}")
        dry, body = C["A_DRY_RUN"] in request, b""
        for change, place, old in reversed(found):
            if place[2] and place not in list(self.places()):
                continue
            now = self.value(place)
            later = next((i for i, c in enumerate(self.changes) if c[1] == place and c[0] > change), None)
            if later is not None:
                if not dry:
                    self.changes[later] = (self.changes[later][0], place, old)
                    self.changes.remove((change, place, old))
                body += self.told(place, now, "COVERED")
                continue
            if not dry:
                self.put(place, old[0] if old[1] == place[1] else None)
                self.changes.remove((change, place, old))
                self.event(target, "UNDO", self.told(place, now, "RESTORED"))
            body += self.told(place, now, "CHECKED" if dry else "RESTORED")
        return [(FAMILY, C["CMD_KNOB_UNDO"], body)] if body else []

    def event(self, change, action, told, comm=b"kvmlat"):
        author = nest(C["A_AUTHOR"], u32(C["A_AUTHOR_ACTION"], C["ACTION_" + action]),
                      u32(C["A_AUTHOR_PID"], 1), u32(C["A_AUTHOR_UID"], 0), text(C["A_AUTHOR_COMM"], comm),
                      u64(C["A_AUTHOR_AT"], self.now()))
        body = told + author + (u32(C["A_CHANGE"], change) if change else b"")
        packet = self.message(FAMILY, 0, 0, struct.pack("=BBH", C["CMD_KNOB_CHANGED"], 1, 0) + body)
        for client in list(self.members):
            try:
                client.send(packet)
            except OSError:
                self.members.discard(client)

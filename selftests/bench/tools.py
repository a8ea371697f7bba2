# SPDX-License-Identifier: GPL-2.0-only
"""What make bench compares: each tool is a generator that switches it on, yields while the guests
run, switches it off and returns how many exits it saw (None where it does not say). What it yields
is called when a VM stands at its gate, if it is anything.
"""
import ctypes
import fcntl
import os
import re
import signal
import struct
import subprocess
import time

CGROUP = "/sys/fs/cgroup/tool"
TRACING = "/sys/kernel/tracing"
SCRATCH = "/dev/shm"
KVMLAT = "build/bin/kvmlat"
BPFTRACE = """
tracepoint:kvm:kvm_exit { @start[tid] = nsecs; }
tracepoint:kvm:kvm_entry /@start[tid]/ {
	@ns[tid] = hist(nsecs - @start[tid]);
	delete(@start[tid]);
}
"""
# Reason by reason with the sums, as all that keep an account do
BPFTRACE_REASONS = """
tracepoint:kvm:kvm_exit { @start[tid] = nsecs; @reason[tid] = args->exit_reason; }
tracepoint:kvm:kvm_entry /@start[tid]/ {
	$ns = nsecs - @start[tid];
	@ns[tid, @reason[tid]] = hist($ns);
	@sum[tid, @reason[tid]] = sum($ns);
	delete(@start[tid]);
}
"""


def run(*command):
    subprocess.run(command, check=True)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def enter_cgroup():
    write(f"{CGROUP}/cgroup.procs", "0")


def cgroup_ns():
    """CPU time of the tool's own processes so far."""
    return int(re.search(r"usage_usec (\d+)", read(f"{CGROUP}/cpu.stat")).group(1)) * 1000


def idle(seconds=2):
    """Whether the tool's processes do hardly anything any more."""
    before = cgroup_ns()
    time.sleep(seconds)
    return cgroup_ns() - before < 1e6 * seconds


def wait_for(child, log, ready):
    """Until a program listens. It may say so before it has attached: it has to be idle too."""
    times = 0
    for _ in range(300):
        if child.poll() is not None:
            raise SystemExit(f"measure: \"{child.args[0]}\" ended early: {read(log)}")
        times = times + 1 if ready in read(log) and idle() else 0
        if times == 3:
            return
        time.sleep(0.1)
    raise SystemExit(f"measure: \"{child.args[0]}\" was never ready: {read(log)}")


def program(*command, ready=""):
    """Runs a program beside the guests, from when it listens to where it is interrupted."""
    log = f"{SCRATCH}/log"
    with open(log, "w", encoding="ascii") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=enter_cgroup)
    wait_for(child, log, ready)
    yield
    child.send_signal(signal.SIGINT)
    if child.wait(timeout=600) not in (0, -signal.SIGINT, 130):
        raise SystemExit(f"measure: {command[0]} failed with {child.returncode}: {read(log)}")
    return read(log)


def none(_):
    yield


def module(path, name):
    run("insmod", path)
    yield
    run("rmmod", name)


def floor(directory):
    return module(f"{directory}/floor/floor.ko", "floor")


def kvmlat(directory):
    return module(f"{directory}/kmod/kvmlat.ko", "kvmlat")


def kvmlat_detail(directory):
    loaded = kvmlat(directory)
    next(loaded)
    yield lambda: run(KVMLAT, "detail", "on")
    yield from loaded


def kvmlat_watch(directory):
    """Somebody watches for what is longer than anything here is: armed, and never crossed."""
    loaded = kvmlat(directory)
    next(loaded)
    with subprocess.Popen([KVMLAT, "watch", "-T", "1h", "--kind", "all"],
                          preexec_fn=enter_cgroup) as child:
        time.sleep(2)
        yield
        child.send_signal(signal.SIGINT)
    yield from loaded


def ftrace(_):
    """The events in the ring buffer, and nobody who reads it."""
    events = [f"{TRACING}/events/kvm/{name}/enable" for name in ("kvm_exit", "kvm_entry")]
    write(f"{TRACING}/trace", "")
    for event in events:
        write(event, "1")
    yield
    for event in events:
        write(event, "0")
    stats = read(f"{TRACING}/per_cpu/cpu0/stats")
    return sum(int(n) for n in re.findall(r"^(?:entries|overrun): (\d+)", stats, re.M)) // 2


def trace_cmd(_):
    data = f"{SCRATCH}/trace.dat"
    yield from program("trace-cmd", "record", "-e", "kvm:kvm_exit", "-e", "kvm:kvm_entry",
                       "-o", data)
    report = subprocess.Popen(["trace-cmd", "report", "-i", data], stdout=subprocess.PIPE)
    seen = sum(b" kvm_exit: " in line for line in report.stdout)
    os.unlink(data)
    return seen


def perf_kvm(_):
    data = f"{SCRATCH}/perf.data"
    yield from program("perf", "kvm", "--host", "stat", "record", "-a", "-o", data)
    stats = subprocess.run(["perf", "report", "-i", data, "--stats"], check=True, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    os.unlink(data)
    return int(re.search(r"SAMPLE events: *(\d+)", stats).group(1)) // 2


def perf_stat(_):
    log = yield from program("perf", "stat", "-a", "-x,", "-e", "kvm:kvm_exit")
    return int(re.search(r"^(\d+),,kvm:kvm_exit", log, re.M).group(1))


def bpftrace(_, script=BPFTRACE):
    log = yield from program("bpftrace", "-B", "line", "-e", script, ready="Attaching")
    return sum(int(n) for n in re.findall(r"^\[.*?\) +(\d+) \|", log, re.M))


def bpftrace_reasons(_):
    return bpftrace(None, BPFTRACE_REASONS)


def ebpf(directory, kind):
    log = yield from program(f"{directory}/ebpf/peer", f"{directory}/ebpf/{kind}.bpf.o",
                             ready="ready")
    return int(re.search(r"^exits (\d+)", log, re.M).group(1))


def ebpf_exact(directory):
    return ebpf(directory, "exact")


def ebpf_best(directory):
    return ebpf(directory, "best")


class Counter(ctypes.Structure):
    """struct perf_event_attr, its first version."""
    _fields_ = [("type", ctypes.c_uint32), ("size", ctypes.c_uint32),
                ("config", ctypes.c_uint64), ("period", ctypes.c_uint64),
                ("sample_type", ctypes.c_uint64), ("read_format", ctypes.c_uint64),
                ("flags", ctypes.c_uint64), ("wakeup", ctypes.c_uint32),
                ("bp_type", ctypes.c_uint32), ("bp_addr", ctypes.c_uint64)]


def perf_event(libc, name, leader, condition=None):
    """Counts a tracepoint of KVM on CPU 0, in the group of leader."""
    sys_perf_event_open, tracepoint, group_values, set_filter = 298, 2, 8, 0x40082406
    attr = Counter(type=tracepoint, size=ctypes.sizeof(Counter), read_format=group_values,
                   config=int(read(f"{TRACING}/events/kvm/{name}/id")))
    fd = libc.syscall(sys_perf_event_open, ctypes.byref(attr), -1, 0, leader, 0)
    if fd < 0:
        raise SystemExit(f"measure: perf_event_open of {name}: {os.strerror(ctypes.get_errno())}")
    if condition:
        fcntl.ioctl(fd, set_filter, condition.encode() + b"\0")
    return fd


def count_events(wanted):
    """kvm_stat's way: one group of counters, by tracepoint and filter. The first is all exits."""
    libc = ctypes.CDLL(None, use_errno=True)
    group = []
    for name, condition in wanted:
        group.append(perf_event(libc, name, group[0] if group else -1, condition))
    yield
    exits = struct.unpack_from("2Q", os.read(group[0], 8 * (1 + len(group))))[1]
    for fd in reversed(group):
        os.close(fd)
    return exits


def kvm_stat(_):
    """As it starts: every tracepoint of KVM."""
    names = sorted(entry.name for entry in os.scandir(f"{TRACING}/events/kvm") if entry.is_dir())
    names.remove("kvm_exit")
    return count_events([("kvm_exit", None)] + [(name, None) for name in names])


def kvm_stat_reasons(_):
    """As with -f '^kvm_exit': one more counter for each of SVM's 72 reasons."""
    codes = [0, 3, 4, 8, 0x10, 0x13, 0x14, 0x18, *range(0x20, 0x28), *range(0x30, 0x38), 0x40,
             *range(0x60, 0x8e), 0x400]
    return count_events([("kvm_exit", None)] +
                        [("kvm_exit", f"exit_reason=={code}") for code in codes])


# In the order of the table
TOOLS = {
    "none": none,
    "floor": floor,
    "kvmlat": kvmlat,
    "kvmlat-detail": kvmlat_detail,
    "ebpf-best": ebpf_best,
    "ebpf-exact": ebpf_exact,
    "perf-stat": perf_stat,
    "ftrace": ftrace,
    "trace-cmd": trace_cmd,
    "kvm_stat": kvm_stat,
    "kvm_stat-reasons": kvm_stat_reasons,
    "perf-kvm-stat": perf_kvm,
    "bpftrace": bpftrace,
    "bpftrace-reasons": bpftrace_reasons,
}
# Measured only by name, as in "measure DIRECTORY none kvmlat kvmlat-watch": a cost on top of kvmlat's,
# not a way to count exits
BY_NAME = {
    "kvmlat-watch": kvmlat_watch,
}

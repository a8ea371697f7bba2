# SPDX-License-Identifier: GPL-2.0-only
"""build/bench/overhead.csv as a table, with each tool's ratio to kvmlat in the same run."""
import csv

HEADER = ["kernel", "workload", "tool", "added_instructions"]
COLUMNS = ("cpuid", "pio", "mmio", "hlt", "switch", "reader")
# tool, workload, kernel: at most so many instructions, or at least so many times kvmlat's
AT_MOST = tuple((tool, workload, kernel, most) for kernel in ("6.1", "6.12", "7.x")
                for tool, workload, most in (
                    ("kvmlat", "cpuid", 100),
                    ("kvmlat", "pio", 230),
                    ("kvmlat", "mmio", 240),
                    ("kvmlat", "hlt", 233),
                    ("kvmlat", "switch", 25),
                ))
# What details may cost on top
DETAIL = 400
AT_LEAST = (
    ("ebpf-best", "cpuid", 1.9),
    ("ebpf-best", "pio", 1.0),
    ("ebpf-best", "mmio", 1.0),
    ("ebpf-best", "hlt", 1.0),
    ("ebpf-exact", "cpuid", 2.5),
    ("ftrace", "cpuid", 8),
    ("perf-kvm-stat", "cpuid", 25),
    ("bpftrace", "cpuid", 35),
    ("bpftrace-reasons", "cpuid", 35),
)
SPREAD = 0.15


def load(path):
    """{kernel: {tool: {workload: instructions}}}, in the order of the file."""
    figures = {}
    with open(path, encoding="ascii", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, None)
        if header != HEADER:
            raise SystemExit(f"\"{path}\" begins with \"{header}\", not with {','.join(HEADER)}")
        for kernel, workload, tool, added in rows:
            figures.setdefault(kernel, {}).setdefault(tool, {})[workload] = float(added)
    return figures


def cell(tool, added, ours):
    if added is None:
        return f"{'-':>7} {'':>6}"
    if tool == "baseline" or not ours:
        return f"{added:>7.0f} {'':>6}"
    return f"{added:>7.0f} {added / ours:>5.1f}x"


def lines_of(kernel, tools):
    yield f"{kernel:<16}" + "".join(f"  {name:>7} {'':>6}" for name in COLUMNS)
    for tool, figures in tools.items():
        row = f"{tool:<16}"
        for column in COLUMNS:
            # Neither our own readers nor two processes that switch have something to compare with
            ours = tools["kvmlat"].get(column) if column not in ("switch", "reader") else None
            row += "  " + cell(tool, figures.get(column), ours)
        yield row


def verdict(what, value, bar, met):
    return f"{what:<44} {value:>7} {bar:>10}  {'met' if met else 'missed'}"


def bars(figures):
    for tool, workload, kernel, most in AT_MOST:
        if kernel in figures:
            value = figures[kernel][tool][workload]
            yield verdict(f"{kernel}: {tool}, {workload}", f"{value:.0f}", f"<= {most}",
                          value <= most)
    for kernel, tools in figures.items():
        ours = tools["kvmlat"]["cpuid"]
        for workload, most in (("cpuid", 4), ("switch", 60)):
            if "kvmlat-watch" in tools:
                value = tools["kvmlat-watch"][workload] - tools["kvmlat"][workload]
                yield verdict(f"{kernel}: kvmlat-watch, {workload}, on top of kvmlat",
                              f"{value:.0f}", f"<= {most}", value <= most)
        if "kvmlat-detail" in tools:
            value = tools["kvmlat-detail"]["cpuid"] - ours
            yield verdict(f"{kernel}: kvmlat-detail, cpuid, on top of kvmlat", f"{value:.0f}",
                          f"<= {DETAIL}", value <= DETAIL)
        if kernel != "6.1" and "6.1" in figures:
            change = ours / figures["6.1"]["kvmlat"]["cpuid"] - 1
            yield verdict(f"{kernel}: kvmlat, cpuid, against 6.1", f"{change * 100:+.0f} %",
                          f"<= {SPREAD * 100:.0f} %", abs(change) <= SPREAD)
        for tool, workload, least in AT_LEAST:
            if tool in tools:
                ratio = tools[tool][workload] / tools["kvmlat"][workload]
                yield verdict(f"{kernel}: {tool}, {workload}, against kvmlat", f"{ratio:.1f}x",
                              f">= {least}x", ratio >= least)


def text(figures):
    """All that make bench prints of overhead.csv."""
    blocks = ["\n".join(line.rstrip() for line in lines_of(f"kernel {kernel}", tools))
              for kernel, tools in figures.items()]
    blocks.append("\n".join(bars(figures)))
    return "\n\n".join(blocks) + "\n"

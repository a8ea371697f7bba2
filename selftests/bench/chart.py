# SPDX-License-Identifier: GPL-2.0-only
"""build/bench/overhead.csv as a picture: a panel for each workload, a bar for each tool."""

WORKLOADS = {
    "cpuid": "CPUID",
    "pio": "port write",
    "mmio": "MMIO write",
    "hlt": "HLT and its timer",
}
NAMES, PANEL, GAP, ROW, BAR = 130, 250, 30, 24, 16
TOP, BOTTOM, VALUE = 84, 34, 92
OURS, OTHERS, FLOOR = "#0b6e4f", "#7a869a", "#c0c7d1"
FONT = "font-family=\"sans-serif\" font-size=\"12\""


def label(x, y, words, anchor="start", extra=""):
    return (f"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {FONT}{extra}>{words}</text>")


def bar(x, y, width, tool):
    colour = {"kvmlat": OURS, "kvmlat-detail": OURS, "floor": FLOOR}.get(tool, OTHERS)
    return (f"<rect x=\"{x}\" y=\"{y}\" width=\"{max(width, 1):.1f}\" height=\"{BAR}\" "
            f"fill=\"{colour}\"/>")


def panel(x, title, workload, tools):
    longest = max(figures[workload] for tool, figures in tools if workload in figures)
    ours = dict(tools)["kvmlat"][workload]
    yield label(x, TOP - 10, title, extra=" font-weight=\"bold\"")
    for row, (_, figures) in enumerate(tools):
        y = TOP + row * ROW
        if workload not in figures:
            yield label(x, y + BAR - 4, "does not run here")
            continue
        added = figures[workload]
        width = added / longest * (PANEL - VALUE)
        yield bar(x, y, width, tools[row][0])
        words = f"{added:.0f}"
        if tools[row][0] != "kvmlat":
            words += f" ({added / ours:.1f}x)"
        yield label(f"{x + max(width, 1) + 5:.1f}", y + BAR - 4, words)


def svg(kernel, figures):
    """The chart of one kernel: {tool: {workload: instructions}}."""
    tools = [(tool, added) for tool, added in figures.items() if tool != "baseline"]
    width = NAMES + len(WORKLOADS) * (PANEL + GAP)
    height = TOP + len(tools) * ROW + BOTTOM
    parts = [
        f"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" "
        f"viewBox=\"0 0 {width} {height}\">",
        "<!-- SPDX-License-Identifier: GPL-2.0-only -->",
        f"<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>",
        label(10, 26, "Instructions that a tool adds to one exit and entry",
              extra=" font-weight=\"bold\" style=\"font-size:16px\""),
        label(10, 46, f"Linux {kernel}, AMD, counted in an emulator; in brackets: how many times "
              "kvmlat's. Each panel has its own scale."),
    ]
    for row, (tool, _) in enumerate(tools):
        parts.append(label(NAMES - 10, TOP + row * ROW + BAR - 4, tool, "end"))
    for number, (workload, title) in enumerate(WORKLOADS.items()):
        parts.extend(panel(NAMES + number * (PANEL + GAP), title, workload, tools))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"

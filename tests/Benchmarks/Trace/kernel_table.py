#!/usr/bin/env python3
"""The kernels of one training step by total time, from a trace of trace-graph.sh: kernel_table.py TRACE [LAST_KERNEL] (adamw_update ends a step)."""
import collections
import sys


def main():
    trace, last = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "adamw_update"
    with open(trace) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    ends = [i for i, row in enumerate(rows) if last in row[2]]
    if len(ends) < 3:
        sys.exit(f"{trace} holds {len(ends)} steps that end with {last}; three are needed, so give TRACE_KEEP a larger number.")
    step = rows[ends[-3] + 1:ends[-2] + 1]
    total = collections.defaultdict(lambda: [0, 0])
    for _, duration, name, grid, _, _ in step:
        total[name, grid][0] += 1
        total[name, grid][1] += int(duration)
    busy = sum(nanoseconds for _, nanoseconds in total.values()) / 1e3
    span = (int(step[-1][0]) + int(step[-1][1]) - int(step[0][0])) / 1e3
    print(f"{len(step)} kernels, {busy:.0f} us of {span:.0f}")
    print("   total us  share  count     each  name and grid")
    for (name, grid), (count, nanoseconds) in sorted(total.items(), key=lambda item: -item[1][1]):
        print(f"{nanoseconds / 1e3:11.1f} {nanoseconds / 10 / span:5.1f}% {count:6d} {nanoseconds / 1e3 / count:8.2f}  {name[:100]} {grid}")


if __name__ == "__main__":
    main()

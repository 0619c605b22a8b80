"""CPython's generator: one send round trip; the same through ten levels of `yield from`.

usage: generator.py WHAT [N]      prints ns per round trip
"""

import sys
import time


def echo():
    value = None
    while True:
        value = yield value


def deeper(inner):
    return (yield from inner)


def measure(operations, depth):
    generator = echo()
    for _ in range(depth):
        generator = deeper(generator)
    next(generator)
    send = generator.send
    for i in range(operations // 10 + 1):
        send(i)
    start_ns = time.monotonic_ns()
    for i in range(operations):
        send(i)
    end_ns = time.monotonic_ns()
    return (end_ns - start_ns) / operations


def main():
    rows = {"generator": 0, "generator-deep": 10}
    if len(sys.argv) < 2 or sys.argv[1] not in rows:
        print("generator.py: measures", *rows, file=sys.stderr)
        sys.exit(77)
    operations = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    print(f"{measure(operations, rows[sys.argv[1]]):.6g}")


main()

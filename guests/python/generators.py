#!/usr/bin/env python3
"""Values handed on by generators, as a guest of concbench: by `yield from`, and by a loop that yields
each value again. `concbench demo delegation-python` compares the two."""
import json
import sys

from work import MASK, Orders


def numbers(count):
    for i in range(count):
        yield i


def yield_from(inner):
    yield from inner


def reyield(inner):
    for value in inner:
        yield value


WAYS = {
    "python-yield-from": (yield_from, "each level hands values on by yield from"),
    "python-reyield": (reyield, "each level yields every value again"),
}


def describe():
    about = {
        "concbench-guest": 1,
        "version": f"CPython {sys.version.split()[0]}",
        "models": [{"name": name, "summary": text} for name, (_, text) in WAYS.items()],
        "workloads": ["delegation"],
    }
    print(json.dumps(about), flush=True)


def one_round(level, orders):
    values = numbers(orders.operations)
    for _ in range(orders.depth):
        values = level(values)
    return sum(values)


def invoke(level, orders):
    print("ready", flush=True)
    for line in sys.stdin:
        order = line.split()
        if order[0] == "open":
            print("gate", flush=True)
        elif order[0] == "round":
            count = int(order[1])
            checksum = sum(one_round(level, orders) for _ in range(count)) & MASK
            operations = count * orders.operations
            print(f"did tasks=1 operations={operations} checksum={checksum}", flush=True)
        elif order[0] == "end":
            break


def main(arguments):
    if arguments == ["concbench-guest"]:
        describe()
    elif len(arguments) >= 3 and arguments[0] == "invoke" and arguments[2] in WAYS:
        if arguments[1] == "delegation":
            invoke(WAYS[arguments[2]][0], Orders(arguments[3:]))
        else:
            print("impossible only delegation is in this guest", flush=True)
    else:
        sys.exit("generators.py: a guest of concbench: concbench demo delegation-python")


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""The workloads in Python, as a guest of concbench: asyncio, threading and multiprocessing.

Only CPython's standard library. docs/guests.md of concbench describes the lines spoken here.
"""
import json
import sys
import sysconfig

import blocking
import loop
from work import Orders

INTERFACE = 1
SUMMARIES = {
    "asyncio": "a coroutine per task on asyncio's event loop",
    "threading": "a threading.Thread per task",
    "multiprocessing": "a forked multiprocessing.Process per task",
}
WORKLOADS = ("spawn", "idle", "sleep", "echo", "fetch", "hash", "mixed")


def has_lock():
    """Builds without the global lock can still run with it: an extension or PYTHON_GIL=1 turns it on."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def prefix():
    """Without the global lock they are models of their own."""
    return "python-" if has_lock() else "python-nogil-"


def version():
    text = f"CPython {sys.version.split()[0]}"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        text += " free-threaded, with the lock" if has_lock() else " free-threaded, no lock"
    return text


def describe():
    about = {
        "concbench-guest": INTERFACE,
        "version": version(),
        "models": [
            {"name": prefix() + name, "summary": text} for name, text in SUMMARIES.items()
        ],
        "workloads": WORKLOADS,
    }
    print(json.dumps(about), flush=True)


def say(line):
    print(line, flush=True)


def make(model, orders):
    """The crew, the spawner or the server of a model."""
    if model == "asyncio":
        kinds = {"spawn": loop.Spawner, "echo": loop.Server}
        return kinds.get(orders.workload, loop.Crew)(orders)
    kit = blocking.Threads if model == "threading" else blocking.Processes
    kinds = {"spawn": blocking.Spawner, "echo": blocking.Server}
    return kinds.get(orders.workload, blocking.Crew)(kit, orders)


def invoke(workload, model, words):
    orders = Orders(words)
    orders.workload = workload
    if workload not in WORKLOADS:
        say(f"impossible not written in Python: {', '.join(WORKLOADS)} are")
        return
    tcp, warm = orders.get("family", "tcp") == "tcp", orders.get("start", "warm") == "warm"
    if not (tcp and warm and orders.get("dirty", "0") == "0"):
        say("impossible only TCP, warm starts and a clean parent in this guest")
        return
    made = make(model.removeprefix(prefix()), orders)
    say(f"ready port={made.port}" if workload == "echo" else "ready")
    opened = False
    for line in sys.stdin:
        order = line.split()
        if order[0] == "open" and workload == "echo":
            total = made.serve()
            say(f"served tasks={orders.concurrency} operations={total // orders.payload}")
        elif order[0] == "open":
            made.open()
            opened = True
            say("gate")
        elif order[0] == "round":
            for answer in made.rounds(int(order[1])):
                say(answer)
        elif order[0] == "end":
            break
    if opened:  # also where stdin was closed without an order
        made.close()


def main(arguments):
    if arguments == ["concbench-guest"]:
        describe()
    elif len(arguments) >= 3 and arguments[0] == "invoke":
        try:
            invoke(arguments[1], arguments[2], arguments[3:])
        except Exception as error:
            say(f"error {error or type(error).__name__}".replace("\n", " "))
            sys.exit(1)
    else:
        sys.exit("guest.py: a guest of concbench: concbench run echo ./guest.py")


if __name__ == "__main__":
    main(sys.argv[1:])

"""What guests/python does, written without concbench: the same tasks, rounds and waits, and nothing
that reports. scripts/guests-check has hyperfine time it.

usage: plain.py MODEL WORKLOAD TASKS OPERATIONS ROUNDS     (asyncio, threading or multiprocessing)
"""
import asyncio
import hashlib
import multiprocessing
import sys
import threading
import time

WAIT_S = 0.005
BLOCK = bytes(65536)


def nothing():
    pass


def sleep(operations):
    for _ in range(operations):
        time.sleep(WAIT_S)


def digest(operations):
    for _ in range(operations):
        hashlib.sha256(BLOCK).digest()


async def nothing_async():
    pass


async def sleep_async(operations):
    for _ in range(operations):
        await asyncio.sleep(WAIT_S)


async def digest_async(operations):
    for _ in range(operations):
        hashlib.sha256(BLOCK).digest()
        await asyncio.sleep(0)


def all_of(kind, tasks, target, arguments):
    running = [kind(target=target, args=arguments) for _ in range(tasks)]
    for task in running:
        task.start()
    for task in running:
        task.join()


async def run_async(workload, tasks, operations, rounds):
    if workload == "spawn":
        for _ in range(rounds):
            await asyncio.gather(*(nothing_async() for _ in range(tasks)))
    else:
        target = {"sleep": sleep_async, "hash": digest_async}[workload]
        await asyncio.gather(*(target(operations * rounds) for _ in range(tasks)))


def run(kind, workload, tasks, operations, rounds):
    if workload == "spawn":
        for _ in range(rounds):
            all_of(kind, tasks, nothing, ())
    else:
        all_of(kind, tasks, {"sleep": sleep, "hash": digest}[workload], (operations * rounds,))


def main():
    model, workload, *numbers = sys.argv[1:]
    numbers = [int(number) for number in numbers]
    if model == "asyncio":
        asyncio.run(run_async(workload, *numbers))
    elif model == "threading":
        run(threading.Thread, workload, *numbers)
    else:
        run(multiprocessing.get_context("fork").Process, workload, *numbers)


main()

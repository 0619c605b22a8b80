"""threading and multiprocessing: the same blocking code; what differs is what a task is made of."""
import multiprocessing
import queue
import socket
import threading
import time

import work
from work import Hash, Messages, Mixed, Report, draw


class Threads:
    """A threading.Thread per task."""

    Task = threading.Thread
    Barrier = threading.Barrier
    Queue = queue.SimpleQueue

    @staticmethod
    def shared_numbers(count):
        return [0] * count


class Processes:
    """A forked multiprocessing.Process per task."""

    context = multiprocessing.get_context("fork")
    Task = context.Process
    Barrier = context.Barrier
    Queue = context.SimpleQueue

    @classmethod
    def shared_numbers(cls, count):
        return cls.context.RawArray("Q", count)


def sleep_until(deadline_ns):
    while (left := deadline_ns - time.monotonic_ns()) > 0:
        time.sleep(left / 1e9)


def idle(orders, task, report):
    sleep_until(time.monotonic_ns() + orders.hold)
    report.operations += 1
    report.checksum += draw(orders.seed, task, 0)


def sleep(orders, task, report):
    wait_ns = work.sleep_wait_ns(orders, task)
    start_ns = time.monotonic_ns()
    for i in range(orders.operations):
        deadline_ns = start_ns + wait_ns
        sleep_until(deadline_ns)
        end_ns = time.monotonic_ns()
        proof = draw(orders.seed, task, i) if end_ns >= deadline_ns else 0
        report.end(start_ns, end_ns, 0, proof)
        start_ns = deadline_ns if orders.pattern == "periodic" else time.monotonic_ns()


def hash_blocks(orders, task, report):
    job = Hash(orders, task)
    for i in range(orders.operations):
        start_ns = time.monotonic_ns()
        folded = job.block(i)
        report.end(start_ns, time.monotonic_ns(), job.size, folded)


def mixed(orders, task, report):
    plan = Mixed(orders, task)
    for i in range(orders.operations):
        wait_ns, iterations, value, heavy = plan.request(i)
        start_ns = time.monotonic_ns()
        sleep_until(start_ns + wait_ns)
        value = work.compute(value, iterations)
        if heavy:
            report.operations += 1
            report.checksum += value
        else:
            report.end(start_ns, time.monotonic_ns(), 0, value)


class Fetch:
    """A kept connection to the upstream; one request after the other."""

    def __init__(self, orders, task):
        self.orders, self.task, self.number = orders, task, 0
        self.messages = orders.messages
        self.connection = socket.create_connection((orders.host, orders.port))
        work.no_delay(self.connection, orders)

    def __call__(self, orders, task, report):
        for _ in range(orders.requests):
            self.number += 1
            start_ns = time.monotonic_ns()
            request = self.messages.request(task, self.number)
            self.connection.sendall(request)
            reply = b""
            while len(reply) < self.messages.size:
                part = self.connection.recv(self.messages.size - len(reply))
                if not part:
                    raise ConnectionResetError("the upstream closed")
                reply += part
            if not self.messages.matches(request, task, self.number, reply):
                raise ValueError(f"task {task}: reply {self.number} is not the request's")
            checksum = self.messages.checksum(task, self.number)
            report.end(start_ns, time.monotonic_ns(), self.messages.size, checksum)


ROUNDS = {"idle": idle, "sleep": sleep, "hash": hash_blocks, "mixed": mixed}


def run_task(orders, task, gate, order, reports):
    """One task's life: at the gate it gets its order, then it does the rounds and reports."""
    try:
        one_round = Fetch(orders, task) if orders.workload == "fetch" else ROUNDS[orders.workload]
        gate.wait()
        while True:
            gate.wait()
            if order[0] == 0:
                return
            report = Report()
            for _ in range(order[0]):
                one_round(orders, task, report)
            reports.put(report.packed())
    except threading.BrokenBarrierError:
        return
    except Exception as error:  # told by the one who waits for the report
        reports.put(f"task {task}: {error}")
        gate.abort()


class Crew:
    """All tasks, alive from open to close."""

    def __init__(self, kit, orders):
        self.kit, self.orders = kit, orders
        if orders.workload == "hash":
            orders.body = work.hash_body(orders)
        if orders.workload == "fetch":
            orders.messages = Messages(orders)

    def open(self):
        count = self.orders.concurrency
        self.order = self.kit.shared_numbers(1)
        self.gate = self.kit.Barrier(count + 1)
        self.reports = self.kit.Queue()
        self.tasks = [
            self.kit.Task(
                target=run_task,
                args=(self.orders, i, self.gate, self.order, self.reports),
                daemon=True,
            )
            for i in range(count)
        ]
        for task in self.tasks:
            task.start()
        self.gate.wait()

    def rounds(self, count):
        self.order[0] = count
        self.gate.wait()
        reports = [self.reports.get() for _ in self.tasks]
        for report in reports:
            if isinstance(report, str):
                raise RuntimeError(report)
        return work.sum_up(reports, self.orders.latency)

    def close(self):
        self.order[0] = 0
        self.gate.wait()
        for task in self.tasks:
            task.join()


class Spawner:
    """spawn: every round creates all tasks and waits for their end."""

    def __init__(self, kit, orders):
        self.kit, self.orders = kit, orders

    def open(self):
        self.runs = self.kit.shared_numbers(self.orders.concurrency)
        self.proofs = work.spawn_proofs(self.orders)

    @staticmethod
    def task(runs, i):
        runs[i] += 1

    def rounds(self, count):
        for _ in range(count):
            tasks = [
                self.kit.Task(target=self.task, args=(self.runs, i))
                for i in range(self.orders.concurrency)
            ]
            for task in tasks:
                task.start()
            for task in tasks:
                task.join()
        return work.sum_up_spawned(self.runs, self.proofs)

    def close(self):
        pass


def serve(listener, orders, served):
    """echo: a task accepts one connection and answers it to its end."""
    connection, _ = listener.accept()
    work.no_delay(connection, orders)
    total = 0
    while data := connection.recv(65536):
        connection.sendall(data)
        total += len(data)
    connection.close()
    served.put(total)


class Server:
    def __init__(self, kit, orders):
        self.kit, self.orders = kit, orders
        self.listener = work.listen(orders)
        self.port = self.listener.getsockname()[1]

    def serve(self):
        served = self.kit.Queue()
        tasks = [
            self.kit.Task(target=serve, args=(self.listener, self.orders, served), daemon=True)
            for _ in range(self.orders.concurrency)
        ]
        for task in tasks:
            task.start()
        total = sum(served.get() for _ in tasks)
        for task in tasks:
            task.join()
        return total

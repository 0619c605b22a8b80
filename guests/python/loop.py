"""asyncio: a coroutine per task on one event loop."""
import asyncio
import time

import work
from work import Hash, Messages, Mixed, Report, draw


async def sleep_until(deadline_ns):
    while (left := deadline_ns - time.monotonic_ns()) > 0:
        await asyncio.sleep(left / 1e9)


async def idle(orders, task, report):
    await sleep_until(time.monotonic_ns() + orders.hold)
    report.operations += 1
    report.checksum += draw(orders.seed, task, 0)


async def sleep(orders, task, report):
    wait_ns = work.sleep_wait_ns(orders, task)
    start_ns = time.monotonic_ns()
    for i in range(orders.operations):
        deadline_ns = start_ns + wait_ns
        await sleep_until(deadline_ns)
        end_ns = time.monotonic_ns()
        proof = draw(orders.seed, task, i) if end_ns >= deadline_ns else 0
        report.end(start_ns, end_ns, 0, proof)
        start_ns = deadline_ns if orders.pattern == "periodic" else time.monotonic_ns()


async def hash_blocks(orders, task, report):
    job = Hash(orders, task)
    for i in range(orders.operations):
        start_ns = time.monotonic_ns()
        folded = job.block(i)
        report.end(start_ns, time.monotonic_ns(), job.size, folded)
        await asyncio.sleep(0)


async def mixed(orders, task, report):
    plan = Mixed(orders, task)
    for i in range(orders.operations):
        wait_ns, iterations, value, heavy = plan.request(i)
        start_ns = time.monotonic_ns()
        await sleep_until(start_ns + wait_ns)
        value = work.compute(value, iterations)
        if heavy:
            report.operations += 1
            report.checksum += value
        else:
            report.end(start_ns, time.monotonic_ns(), 0, value)


class Fetch:
    """A kept connection to the upstream; one request after the other."""

    @classmethod
    async def connect(cls, orders):
        self = cls()
        self.number = 0
        self.messages = orders.messages
        self.reader, self.writer = await asyncio.open_connection(orders.host, orders.port)
        return self

    async def __call__(self, orders, task, report):
        for _ in range(orders.requests):
            self.number += 1
            start_ns = time.monotonic_ns()
            request = self.messages.request(task, self.number)
            self.writer.write(request)
            reply = await self.reader.readexactly(self.messages.size)
            if not self.messages.matches(request, task, self.number, reply):
                raise ValueError(f"task {task}: reply {self.number} is not the request's")
            checksum = self.messages.checksum(task, self.number)
            report.end(start_ns, time.monotonic_ns(), self.messages.size, checksum)


ROUNDS = {"idle": idle, "sleep": sleep, "hash": hash_blocks, "mixed": mixed}


class Crew:
    """All tasks on one loop. Between orders nothing is due, so the one who waits for the next order
    may block the loop."""

    def __init__(self, orders):
        self.orders = orders
        self.loop = asyncio.new_event_loop()
        if orders.workload == "hash":
            orders.body = work.hash_body(orders)
        if orders.workload == "fetch":
            orders.messages = Messages(orders)

    async def run_task(self, task):
        if self.orders.workload == "fetch":
            one_round = await Fetch.connect(self.orders)
        else:
            one_round = ROUNDS[self.orders.workload]
        while True:
            self.arrive()
            count = await self.order
            if count == 0:
                return
            report = Report()
            for _ in range(count):
                await one_round(self.orders, task, report)
            self.reports.append(report.packed())

    def arrive(self):
        self.waiting += 1
        if self.waiting == self.orders.concurrency:
            self.all_there.set_result(None)

    def renew(self):
        self.waiting = 0
        self.all_there = self.loop.create_future()
        self.order = self.loop.create_future()
        self.reports = []

    async def until_there(self):
        """All at the gate, or the first that failed."""
        waits = [self.all_there, *self.tasks]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in self.tasks:
            if task.done():
                task.result()

    def open(self):
        self.renew()
        self.tasks = [
            self.loop.create_task(self.run_task(i)) for i in range(self.orders.concurrency)
        ]
        self.loop.run_until_complete(self.until_there())

    def rounds(self, count):
        order = self.order
        self.renew()
        order.set_result(count)
        self.loop.run_until_complete(self.until_there())
        return work.sum_up(self.reports, self.orders.latency)

    def close(self):
        self.order.set_result(0)
        self.loop.run_until_complete(asyncio.gather(*self.tasks))
        self.loop.close()


class Spawner:
    """spawn: every round creates all tasks and waits for their end."""

    def __init__(self, orders):
        self.orders = orders
        self.loop = asyncio.new_event_loop()

    def open(self):
        self.runs = [0] * self.orders.concurrency
        self.proofs = work.spawn_proofs(self.orders)

    async def task(self, i):
        self.runs[i] += 1

    async def all_rounds(self, count):
        for _ in range(count):
            await asyncio.gather(*(self.task(i) for i in range(self.orders.concurrency)))

    def rounds(self, count):
        self.loop.run_until_complete(self.all_rounds(count))
        return work.sum_up_spawned(self.runs, self.proofs)

    def close(self):
        self.loop.close()


class Echo(asyncio.BufferedProtocol):
    """Answers what comes, through one buffer for all connections: a plain Protocol gets 256 KiB of new
    memory for every read. The transport sets TCP_NODELAY by itself."""

    buffer = memoryview(bytearray(65536))

    def __init__(self, server):
        self.server = server

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, _):
        return self.buffer

    def buffer_updated(self, size):
        self.transport.write(bytes(self.buffer[:size]))
        self.server.total += size

    def connection_lost(self, _):
        self.server.ended += 1
        if self.server.ended == self.server.orders.concurrency:
            self.server.done.set_result(None)


class Server:
    def __init__(self, orders):
        self.orders = orders
        self.listener = work.listen(orders)
        self.port = self.listener.getsockname()[1]
        self.total = self.ended = 0

    async def until_done(self):
        loop = asyncio.get_running_loop()
        self.done = loop.create_future()
        server = await loop.create_server(
            lambda: Echo(self), sock=self.listener, backlog=self.orders.backlog
        )
        await self.done
        server.close()

    def serve(self):
        asyncio.run(self.until_done())
        return self.total

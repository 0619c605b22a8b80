"""What the three models share: the orders, the numbers drawn, the histogram, the sockets' messages.

The numbers are those of bench/draw.h and harness/load: the same work gives the same checksum in every
language, which is how the harness knows that it was done.
"""
import hashlib
import socket
import struct

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB


def mix(value):
    """The finalizer of SplitMix64."""
    value = ((value ^ (value >> 30)) * MIX_1) & MASK
    value = ((value ^ (value >> 27)) * MIX_2) & MASK
    return value ^ (value >> 31)


def draw(seed, task, operation):
    """The number drawn for one operation of one task."""
    value = mix((seed + (task + 1) * GOLDEN) & MASK)
    return mix((value + (operation + 1) * GOLDEN) & MASK)


def draw_mix(value):
    return mix((value + GOLDEN) & MASK)


class Orders(dict):
    """The words name=number of the command line, as attributes."""

    def __init__(self, words):
        super().__init__(word.split("=", 1) for word in words)

    def __getattr__(self, name):
        try:
            text = self[name]
        except KeyError:
            raise AttributeError(name) from None
        return int(text) if text.isdigit() else text


def bucket(ns):
    """Exact below 256 ns, 128 buckets to an octave above: harness/measure/histogram.h."""
    if ns < 256:
        return ns
    shift = ns.bit_length() - 8
    return (shift << 7) + (ns >> shift)


class Report:
    """What a task did in one order."""

    def __init__(self):
        self.operations = self.bytes = self.checksum = 0
        self.latencies = []

    def end(self, start_ns, end_ns, size, checksum):
        self.latencies.append(end_ns - start_ns)
        self.operations += 1
        self.bytes += size
        self.checksum += checksum

    def packed(self):
        """Small enough for a queue between processes."""
        counts = {}
        for ns in self.latencies:
            key = bucket(ns)
            counts[key] = counts.get(key, 0) + 1
        return self.operations, self.bytes, self.checksum & MASK, counts, max(self.latencies, default=0)


def sum_up(reports, with_latency):
    """The lines that answer an order."""
    operations = size = checksum = longest = 0
    counts = {}
    for report in reports:
        operations += report[0]
        size += report[1]
        checksum += report[2]
        for key, count in report[3].items():
            counts[key] = counts.get(key, 0) + count
        longest = max(longest, report[4])
    lines = []
    if with_latency and counts:
        pairs = " ".join(f"{key}:{counts[key]}" for key in sorted(counts))
        lines.append(f"latency {pairs} max={longest}")
    lines.append(
        f"did tasks={len(reports)} operations={operations} bytes={size} checksum={checksum & MASK}"
    )
    return lines


def spawn_proofs(orders):
    """What each task of spawn proves; drawn before, for it takes longer than a coroutine does."""
    return [draw(orders.seed, i, 0) for i in range(orders.concurrency)]


def sum_up_spawned(runs, proofs):
    """The lines that answer an order of spawn: how often each task ran. Begins anew."""
    checksum = sum(count * proof for count, proof in zip(runs, proofs)) & MASK
    tasks = sum(count > 0 for count in runs)
    operations = sum(runs)
    for i in range(len(runs)):
        runs[i] = 0
    return [f"did tasks={tasks} operations={operations} checksum={checksum}"]


class Hash:
    """One block digested with SHA-256; the digests, folded, are the proof."""

    def __init__(self, orders, task):
        self.seed, self.task = orders.seed, task
        self.body = orders.body
        self.size = orders.block

    def block(self, operation):
        digest = hashlib.sha256(struct.pack("<QQQ40x", self.seed, self.task, operation))
        digest.update(self.body)
        a, b, c, d = struct.unpack("<QQQQ", digest.digest())
        return a ^ b ^ c ^ d


def hash_body(orders):
    return bytes(draw(orders.seed, 0, i) & 0xFF for i in range(orders.block - 64))


class Mixed:
    """Requests that wait and compute; which are heavy is laid out by rank (bench/mixed/mixed.c)."""

    def __init__(self, orders, task):
        self.orders, self.task = orders, task
        self.requests = orders.concurrency * orders.operations
        self.heavy_requests = (self.requests * orders.heavy + 50) // 100
        self.heavy_step = self.step(0.6180339887498949)
        self.wait_step = self.step(0.4142135623730951)

    def step(self, share):
        from math import gcd

        step = int(self.requests * share) + 1
        while gcd(step, self.requests) != 1:
            step += 1
        return step

    def rank(self, number, step):
        return (number * step + self.orders.seed % self.requests) % self.requests

    def request(self, operation):
        """(wait in ns, iterations, first value, heavy)"""
        orders = self.orders
        number = operation * orders.concurrency + self.task
        wait_ns = orders.wait
        if orders.waits == "spread":
            place = (self.rank(number, self.wait_step) + 0.5) / self.requests
            wait_ns = int(orders.wait * (0.5 + place))
        heavy = self.rank(number, self.heavy_step) < self.heavy_requests
        compute_ms = orders.compute / 1e6
        if heavy:
            compute_ms *= orders.factor
        value = draw(orders.seed, self.task, operation)
        return wait_ns, int(compute_ms * orders.calibration), value, heavy


def compute(value, iterations):
    for i in range(iterations):
        value = ((value ^ (value >> 29)) * MIX_1 + i) & MASK
    return value


def sleep_wait_ns(orders, task):
    if orders.pattern != "staggered":
        return orders.wait
    return orders.wait * (2 * task + 1 + orders.concurrency) // (2 * orders.concurrency)


class Messages:
    """Requests to the upstream and the replies they must get (harness/load/message.h)."""

    SHIFTS, SHIFT_BYTES = 64, 8

    def __init__(self, orders):
        self.size, self.per_round = orders.reply, orders.requests
        length = self.size + self.SHIFTS * self.SHIFT_BYTES
        self.filling = bytes(draw_mix(i) & 0xFF for i in range(length))

    def request(self, connection, number):
        return struct.pack("<QII", number, connection, (number - 1) % self.per_round)

    def matches(self, request, connection, number, reply):
        start = (number + connection) % self.SHIFTS * self.SHIFT_BYTES
        head = len(request)
        return reply[:head] == request and reply[head:] == self.filling[start + head : start + self.size]

    def checksum(self, connection, number):
        return draw_mix(connection << 32 | (number - 1) % self.per_round)


def listen(orders):
    """The listening socket of echo, with the options every server of the suite sets."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(orders.backlog)
    return listener


def no_delay(connection, orders):
    if orders.get("nodelay", "on") == "on":
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

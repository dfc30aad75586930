"""A closed loop over loopback: some connections, each sends its next request when answered."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 30.0
Requests = Callable[[int], Iterator[bytes]]
"""Given a connection's number, its requests without end, whole with their heads."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answers a second, milliseconds, and answers that were not 2xx."""

    rate: float
    p50: float
    p95: float
    p99: float
    bad: int


def drive(port: int, requests: Requests, connections: int, seconds: float) -> Load:
    """Send for ``seconds`` over ``connections``; the first tenth warms up and is not counted.

    At least one answer of each connection counts, however slow it is.
    """
    begin = time.perf_counter() + seconds / 10
    end = begin + seconds
    times: list[list[float]] = [[] for _ in range(connections)]
    bad = [0] * connections

    def run(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests(number):
                sent = time.perf_counter()
                if sent >= end and times[number]:
                    return
                status, _body = ask(wire, request)
                done = time.perf_counter()
                if done >= begin:
                    times[number].append(done - sent)
                    bad[number] += not 200 <= status < 300

    threads = [threading.Thread(target=run, args=[number]) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - begin
    all_times = sorted(each for some in times for each in some)
    if not all_times:
        return Load(0, 0, 0, 0, 1)
    p50, p95, p99 = (part(all_times, share) * 1000 for share in (0.5, 0.95, 0.99))
    return Load(len(all_times) / taken, p50, p95, p99, sum(bad))


def part(sorted_values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of them lie; 0 of none."""
    return sorted_values[int((len(sorted_values) - 1) * share)] if sorted_values else 0.0


def machine_load() -> str:
    """The load average of the last minute."""
    return Path("/proc/loadavg").read_text().split()[0]


def ask(wire: socket.socket, request: bytes) -> tuple[int, bytes]:
    """One request over an open connection: status and body."""
    wire.sendall(request)
    data = b""
    while (at := data.find(b"\r\n\r\n")) < 0:
        data += _more(wire)
    head, body = data[:at].lower(), data[at + 4 :]
    status = int(head[9:12])
    place = head.find(b"content-length:")
    if place < 0:
        raise ValueError(f"no length: {head!r}")
    length = int(head[place + 15 :].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _more(wire)
    return status, body


def once(port: int, request: bytes) -> tuple[int, bytes]:
    """One request over a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as wire:
        return ask(wire, request)


def request(
    method: str, path: str, *, head: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (head or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _more(wire: socket.socket) -> bytes:
    got = wire.recv(65536)
    if not got:
        raise ConnectionError("the server closed the connection")
    return got

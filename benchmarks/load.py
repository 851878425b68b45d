"""A small load generator: a few connections that stay open, each asking again once it was answered; so many requests, no more."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from portal.errors import Problem

CONNECTIONS: Final = 8
PATIENCE: Final = 30.0  # seconds an answer may take


def requests_a_second(port: int, path: str, *, cookie: str = "", requests: int) -> float:
    """Requests answered a second. Raises Problem for an answer other than 200."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept-Encoding: identity\r\n\r\n"
    each = max(1, requests // CONNECTIONS)
    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda _: _ask(port, head.encode(), each), range(CONNECTIONS)))
    return each * CONNECTIONS / (time.perf_counter() - start)


def _ask(port: int, request: bytes, times: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            connection.sendall(request)
            _read(connection)


def _read(connection: socket.socket) -> None:
    """One whole answer; its length is in its head."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Problem(f"The benchmark's page answered {head.splitlines()[0].decode()}.")
    lines = head.lower().splitlines()
    missing = next(int(line[15:]) for line in lines if line.startswith(b"content-length:")) - len(body)
    while missing > 0:
        missing -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    if not (received := connection.recv(1 << 16)):
        raise Problem("The benchmark's server closed a connection.")
    return received

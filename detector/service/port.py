"""The port that a service listens on: taken before anybody is told that it listens."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from typing import Final

from detector.errors import UsageError

BACKLOG: Final = 2048


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Sockets that listen on every address of ``host``, closed in the end. UsageError if one cannot be had."""
    with contextlib.ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            sockets = []
            for family, address in dict.fromkeys((row[0], row[4]) for row in found):
                try:
                    sock = opened.enter_context(socket.socket(family, socket.SOCK_STREAM))
                except OSError:
                    # A machine without IPv6 still has names with such an address.
                    continue
                sockets.append(sock)
                if os.name == "posix":
                    # A port whose last connections are just closing is free; elsewhere this would share it.
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind(address)
                sock.listen(BACKLOG)
        except OSError as error:
            raise _refused(host, port, error) from error
        if not sockets:
            raise _refused(host, port, OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL)))
        yield sockets


def _refused(host: str, port: int, error: OSError) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"cannot listen on {host}:{port}: another program does already; end it, or choose another --port",
            zh=f"无法监听 {host}:{port}：端口已被其他程序占用；请结束该程序，或用 --port 换一个端口",
        )
    if error.errno == errno.EACCES:
        return UsageError(
            f"cannot listen on {host}:{port}: not allowed; choose a --port from 1024 on",
            zh=f"无法监听 {host}:{port}：没有权限；请用 --port 选择 1024 以上的端口",
        )
    return UsageError(
        f"cannot listen on {host}:{port}: {error.strerror}; choose a --host that is an address of this machine",
        zh=f"无法监听 {host}:{port}：{error.strerror}；--host 应为本机的地址",
    )

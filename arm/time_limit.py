"""A limit for the whole of one exchange, however busily the other side drips bytes.

A socket's own timeout begins anew with every byte, so a reply that comes byte by byte would hold a
worker for days. Here a timer closes the socket under the reader. The library offers no place for
that, so its connections are taught to tell on which socket they wait for a reply.
"""

from __future__ import annotations

import socket
import threading
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool

_here = threading.local()


class TimeLimit:
    """While it is entered, this thread's exchange ends after so many seconds."""

    def __init__(self, limit_s: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(limit_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> TimeLimit:
        _here.limit = self
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _here.limit = None
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def waits_on(self, opened: socket.socket) -> None:
        """Note the socket from which the reply is read."""
        with self._lock:
            self._socket = opened
        if self.passed:
            _shut(opened)

    def _end(self) -> None:
        with self._lock:
            self.passed = True
            if self._socket is not None:
                _shut(self._socket)


@cache
def adapter_class() -> type[HTTPAdapter]:
    """Adapters whose connections obey the thread's TimeLimit, through a proxy or not."""
    from requests import adapters

    pools = _pools()

    class LimitedAdapter(adapters.HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, **named)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **named)
            manager.pool_classes_by_scheme = pools
            return manager

    return LimitedAdapter


def _pools() -> dict[str, type[HTTPConnectionPool]]:
    from urllib3 import connection, connectionpool

    class Plain(connection.HTTPConnection):
        def getresponse(self) -> Any:
            _tell(self.sock)
            return super().getresponse()

    class Secure(connection.HTTPSConnection):
        def getresponse(self) -> Any:
            _tell(self.sock)
            return super().getresponse()

    class PlainPool(connectionpool.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(connectionpool.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _tell(opened: Any) -> None:
    limit: TimeLimit | None = getattr(_here, "limit", None)
    if limit is not None:
        limit.waits_on(opened)


def _shut(opened: socket.socket) -> None:
    try:
        # Past a TLS layer on purpose: its own shutdown would wait for the other side.
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
    except OSError:
        pass  # it was closed already

"""HTTP calls that end: one deadline on the wall clock for the whole call, whatever the server does.

The time-outs of sockets do not give that: they begin again with every byte that arrives.
"""

import contextlib
import socket
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_calls = threading.local()
"""`current`: the call that this thread is making."""


class DeadlineSession(requests.Session):
    """A session of kept connections, each call of which ends with an answer or an error within its deadline.

    Args:
        deadline: seconds for one whole call.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self.trust_env = False  # no proxies, and no .netrc in the place of our key
        self._deadline = deadline
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """As `requests.Session.request`.

        Raises:
            requests.RequestException: no whole answer came in time.
        """
        call = _Call()
        timer = threading.Timer(self._deadline, call.cut)
        timer.daemon = True
        _calls.current = call
        timer.start()
        try:
            return super().request(*arguments, **options | {"timeout": self._deadline})
        finally:
            timer.cancel()


class _Call:
    """A call under way; cutting it ends the read that its thread is waiting in."""

    def __init__(self) -> None:
        self.connection: HTTPConnection | None = None

    def cut(self) -> None:
        wire = self.connection.sock if self.connection else None
        if wire is not None:
            with contextlib.suppress(OSError):  # closed meanwhile
                wire.shutdown(socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    def request(self, *arguments: Any, **options: Any) -> None:
        _calls.current.connection = self
        super().request(*arguments, **options)


class _SecureConnection(HTTPSConnection):
    def request(self, *arguments: Any, **options: Any) -> None:
        _calls.current.connection = self
        super().request(*arguments, **options)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

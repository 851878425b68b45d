"""The web server: gunicorn with threads, on a socket that was bound beforehand."""

import gc
import logging
import os
import socket
from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from portal import logs
from portal.errors import Unavailable
from portal.settings import Settings
from workers.processes import die_with

BACKLOG: Final = 2048
GRACE_SECONDS: Final = 10
SILENT_SECONDS: Final = 120
LONGEST_LINE: Final = 8190


def bound(settings: Settings) -> socket.socket:
    """A listening socket at HOST and PORT; port 0 takes a free one. Raises Unavailable when the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. "
            "Stop the program that uses it, or choose another port, such as PORT=8001."
        ) from error
    listener.listen(BACKLOG)
    return listener


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Serves what `load` makes, in `web_processes` processes of `web_threads` threads."""

    def __init__(self, settings: Settings, listener: socket.socket, load: Callable[[], Flask]) -> None:
        self.settings = settings
        self.listener = listener
        self._load = load
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def _options(self) -> dict[str, Any]:
        return {
            "bind": f"fd://{self.listener.fileno()}",
            "worker_class": "gthread",
            "workers": self.settings.web_processes,
            "threads": self.settings.web_threads,
            "timeout": SILENT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "limit_request_line": LONGEST_LINE,
            "forwarded_allow_ips": "",  # ProxyFix believes as many proxies as the settings say
            "control_socket_disable": True,
            "logger_class": PlainLogger,
            "loglevel": "warning",
            "post_fork": self._post_fork,
        }

    def load(self) -> Flask:
        """What stays for good is left out of every later collection of garbage."""
        app = self._load()
        gc.collect()
        gc.freeze()
        return app

    def _post_fork(self, arbiter: Any, _worker: Any) -> None:
        """Each server process ends with the first one."""
        die_with(arbiter.pid)


class PlainLogger(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's words in the portal's logs."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def log_to(settings: Settings) -> None:
    """Log as the web server, each line with its request's id."""
    from routes.logs import RequestIds

    logs.configure(settings, "web")
    for handler in logging.getLogger().handlers:
        handler.addFilter(RequestIds())


def inherited() -> socket.socket | None:
    """The socket that the supervisor bound, if there is one."""
    number = os.environ.get("CONCORD_LISTENER")
    return socket.socket(fileno=int(number)) if number else None

"""The queue server: where it is, ringing it for new jobs, who listens, and whether all is well."""

from workers.queue.doorbell import Doorbell, connect, open_database
from workers.queue.health import health

__all__ = ["Doorbell", "connect", "health", "open_database"]

"""Jobs: long work. The row is the truth; the queue server is only the doorbell.

Web and console `add`, `cancel` and `retry`; a worker claims, extends, finishes or fails (`portal.jobs.claims`); the
reconciler repairs (`portal.jobs.repairs`, `portal.jobs.schedules`); pages read (`portal.jobs.pages`).
"""

from portal.jobs.commands import add, cancel, retry
from portal.jobs.kinds import KINDS, QUEUES, Kind
from portal.jobs.pages import Page, counts, get, listed
from portal.jobs.tables import Job, Schedule, State

__all__ = [
    "KINDS",
    "QUEUES",
    "Job",
    "Kind",
    "Page",
    "Schedule",
    "State",
    "add",
    "cancel",
    "counts",
    "get",
    "listed",
    "retry",
]

"""What makes the demo live once it is loaded: a model in training, and the ROI report of the last full quarter."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from portal import reports
from portal.demo.stories import CURRENCY, LEAK, OUTCOME
from portal.models import registry
from portal.models.registry import Recipe
from portal.models.tables import Model

LATE: Final = (LEAK, "status")  # filled in after the outcome
RECIPE: Final = Recipe(outcome=OUTCOME, positive="yes", order_by="came_at", left_out=LATE)


def follow_up(session: Session, *, at: datetime) -> Model:
    """Add the jobs that train a model and make a report. Scoring follows the trained model: `runs.start_run`."""
    first, last = last_quarter(at.date())
    reports.request_roi(session, first, last, currency=CURRENCY, by=None, at=at)
    return registry.start_training(session, RECIPE, by=None, at=at)


def last_quarter(day: date) -> tuple[date, date]:
    """First and last day of the last full quarter before a day."""
    start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    last = start - timedelta(days=1)
    return last.replace(month=last.month - 2, day=1), last

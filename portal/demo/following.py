"""What makes the demo live once it is loaded: a model in training, and the ROI report of the last full quarter."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from portal import reports
from portal.demo.stories import CURRENCY, LEAK, OUTCOME
from portal.models import registry
from portal.models.registry import Recipe
from portal.models.tables import Model
from portal.reports.periods import usual_periods

LATE: Final = (LEAK, "status")  # filled in after the outcome
RECIPE: Final = Recipe(outcome=OUTCOME, positive="yes", order_by="came_at", left_out=LATE)


def follow_up(session: Session, *, at: datetime) -> Model:
    """Add the jobs that train a model and make a report. Scoring follows the trained model: `runs.start_run`."""
    quarter = usual_periods(at.date())[0]
    reports.request_roi(session, quarter.first_day, quarter.last_day, currency=CURRENCY, by=None, at=at)
    return registry.start_training(session, RECIPE, by=None, at=at)

"""ROI reports: asked for here, made by a job, read and downloaded."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from portal import reports
from portal.accounts import Right
from portal.clock import now
from portal.reports import Stated
from reports import charts, formats
from reports.charts import Chart
from routes.web import is_partial, parse, reading, render, requires, say, shows_again, transaction, user

bp = Blueprint("reports", __name__, url_prefix="/reports")


class ReportForm(BaseModel):
    first_day: date
    last_day: date
    currency: str = Field("", pattern="^[A-Za-z]{3}$")


@bp.get("")
@requires(Right.MEMBER)
def index() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    usual = reports.usual_periods(now().date())
    with reading() as session:
        found = reports.listed(session, before=before)
        currencies = reports.currencies(session)
        missing = reports.missing(session)
    rows = found[: reports.PER_PAGE]
    return render(
        "reports/index.html",
        "rows",
        rows=rows,
        is_waiting=any(row.is_open for row in rows),
        before=before,
        after=rows[-1].report.id if len(found) > len(rows) else None,
        usual=usual,
        first_day=request.args.get("first_day", usual[0].first_day.isoformat()),
        last_day=request.args.get("last_day", usual[0].last_day.isoformat()),
        currency_pairs=[(code, code) for code in currencies],
        missing=missing,
    )


@bp.post("")
@requires(Right.MEMBER)
@shows_again("reports.index")
def create() -> ResponseReturnValue:
    form = parse(ReportForm)
    with transaction() as session:
        report = reports.request_roi(
            session, form.first_day, form.last_day, currency=form.currency, by=user().id, at=now()
        )
    return redirect(url_for(".show", report_id=report.id), 303)


@bp.get("/<int:report_id>")
@requires(Right.MEMBER)
def show(report_id: int) -> ResponseReturnValue:
    """The report's state while it is made, which the page asks for again and again; then what it states."""
    with reading() as session:
        shown = reports.shown(session, report_id)
    if is_partial() and shown.state == "done":
        say("The report is ready.")
    stated = reports.stated(shown.report.figures) if shown.state == "done" else None
    pictures = _pictures(stated) if stated else []
    return render("reports/show.html", "report", shown=shown, stated=stated, charts=pictures)


@bp.post("/<int:report_id>/attempts")
@requires(Right.MEMBER)
@shows_again("reports.show")
def make_again(report_id: int) -> ResponseReturnValue:
    with transaction() as session:
        reports.make_again(session, report_id, by=user().id, at=now())
    return redirect(url_for(".show", report_id=report_id), 303)


@bp.get("/<int:report_id>/report.pdf")
@requires(Right.MEMBER)
def document(report_id: int) -> Response:
    with reading() as session:
        report, pdf = reports.get(session, report_id), reports.pdf(session, report_id)
    name = f"roi-{report.first_day}-to-{report.last_day}-report-{report_id}.pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, mimetype="application/pdf", headers=headers)


def _pictures(stated: Stated) -> list[Chart]:
    """What can be drawn of the kept figures: where the money went, and the funnel."""
    funnel = [charts.Stage(stage.reached["name"], _value(stage.reached)) for stage in stated.stages]
    rates = [stage.rate for stage in stated.stages if stage.rate and stage.rate["value"] is not None]
    narrowest = min(rates, key=lambda rate: Decimal(rate["value"]), default=None)
    title = "No rate can be given between the stages"
    if narrowest:
        title = f"The narrowest step is {narrowest['name']}: {narrowest['shown']} go on"
    return [_money_left(stated), charts.funnel("report-funnel", title, funnel)]


def _money_left(stated: Stated) -> Chart:
    net, revenue, spend = (stated[key] for key in ("net_return", "sourced_revenue", "spend"))
    left, won, paid = (_value(figure) for figure in (net, revenue, spend))
    if left is None or won is None or paid is None:
        return charts.waterfall("report-money", net["shown"], [])
    verb = "left" if left >= 0 else "lost"
    title = f"{formats.money(abs(left), net['unit'])} is {verb} after the spend"
    steps = [charts.Step("Marketing-sourced revenue", won), charts.Step("Marketing spend", -paid)]
    show = formats.compact_money(net["unit"])
    return charts.waterfall("report-money", title, steps, total="Return less spend", show=show)


def _value(figure: dict[str, Any]) -> Decimal | None:
    return None if figure["value"] is None else Decimal(figure["value"])

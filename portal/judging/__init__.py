"""Judging: every record by the version of each definition in force, and which version that was.

A judging writes a table of its own, `verdict_<judging id>`: a record's id and its verdict (1 met, 0 failed, 2 unknown), in
parts by ranges of ids, and becomes current in one step; the one before stays readable until then. Such tables stand outside
the migrations: they are derived. New and changed records are judged at once, in the current tables; since clauses with days
change by themselves as time goes by, everything is judged again every day.
"""

from portal.judging.asking import after_edit, after_import, after_merges, after_run, ask
from portal.judging.reading import Counts, counts, current, judged_terms, verdicts_of
from portal.judging.standing import Standing, standing
from portal.judging.tables import CurrentJudging, Judging, JudgingState

__all__ = [
    "Counts",
    "CurrentJudging",
    "Judging",
    "JudgingState",
    "Standing",
    "after_edit",
    "after_import",
    "after_merges",
    "after_run",
    "ask",
    "counts",
    "current",
    "judged_terms",
    "standing",
    "verdicts_of",
]

"""Criteria: what a definition asks of a record, as a tree that a machine checks. Rules know no edge, and neither database.

What missing means, everywhere the same: a value is missing when it is null or an empty text, when the record it would be read
from is not there (a person without a company), or when it was not known yet at the time asked about. A comparison with a
missing value is *unknown*, neither met nor failed; only "is known" and "is missing" have an answer then. Groups follow Kleene:
"all of" fails if one fails and is unknown if none fails but one is unknown; "any of" is met if one is met and unknown if none is
met but one is unknown; "none of" is the contrary of "any of". What is unknown in the end does not meet the criteria, and is said
to be unknown. Things that are counted are never missing: no activity noted is zero activities.

Upper and lower case are one (other letters than A-Z where the value is written as given, or wholly in lower, upper or title
case). Numbers are doubles, money too; times are UTC, a day is one of UTC. The time asked about is always given.
"""

from portal.criteria.catalogue import Catalogue, catalogue
from portal.criteria.checking import checked, problems
from portal.criteria.clauses import (
    ActivityClause,
    Clause,
    Criteria,
    DealsClause,
    DefinitionClause,
    EveryRecord,
    FieldClause,
    FieldRef,
    Group,
    Node,
    RolesClause,
    ScoreClause,
)
from portal.criteria.locking import LOCKED, locked
from portal.criteria.parsing import Faulty, Problem, parse
from portal.criteria.references import References, circle, references
from portal.criteria.sentences import clause_sentence, sentence

__all__ = [
    "LOCKED",
    "ActivityClause",
    "Catalogue",
    "Clause",
    "Criteria",
    "DealsClause",
    "DefinitionClause",
    "EveryRecord",
    "Faulty",
    "FieldClause",
    "FieldRef",
    "Group",
    "Node",
    "Problem",
    "References",
    "RolesClause",
    "ScoreClause",
    "catalogue",
    "checked",
    "circle",
    "clause_sentence",
    "locked",
    "parse",
    "problems",
    "references",
    "sentence",
]

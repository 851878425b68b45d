"""Who stands there twice: columns in, pairs of records out, each with a score and the reasons.

No truth is needed: chance agreement is learned from random pairs, true agreement by expectation maximisation. The same
columns give the same pairs. `find` says in its notes what is missing where the columns tell too little.
"""

from scoring.linkage.columns import Column, Kind, kind_of
from scoring.linkage.curve import Step, measured
from scoring.linkage.finding import Found, Pair, Reason, find

__all__ = ["Column", "Found", "Kind", "Pair", "Reason", "Step", "find", "kind_of", "measured"]

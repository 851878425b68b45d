"""Papers that several sides sign: definitions today; stage charts and finance's choices by the same code.

A kind of paper is a table that extends `Paper`. `rules` decide, `life` moves a paper along and keeps its signatures.
"""

from portal.signing.rules import BOTH
from portal.signing.tables import OPEN, Paper, Signature, State

__all__ = ["BOTH", "OPEN", "Paper", "Signature", "State"]

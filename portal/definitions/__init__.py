"""Definitions: what sales and marketing mean by target, inquiry, lead, opportunity, customer; every figure names the version.

A version is prose, criteria a machine checks, and examples. It is in force once a leader of each side has signed it and
its day has come; until then the version before counts, at first the one that came with the portal, provisional.
`meanings` say what counts now, `terms` and `versions` are what people edit, `life` is how a version comes into force.
"""

from portal.definitions.meanings import Meaning, in_force, meaning
from portal.definitions.shipped import SHIPPED, ship
from portal.definitions.tables import Definition, DefinitionVersion

__all__ = ["SHIPPED", "Definition", "DefinitionVersion", "Meaning", "in_force", "meaning", "ship"]

"""The demo company: Ostermoor Sensing, a vendor of condition monitoring with two years of history. All of it is made up.

`docs/demo.md` says what is planted in it, with the true figures.
"""

from portal.demo.clearing import clear
from portal.demo.following import follow_up
from portal.demo.loading import is_loaded, load
from portal.demo.stories import COMPANY, SEED, SOURCE
from portal.demo.users import PASSWORD, admitted, people

__all__ = [
    "COMPANY",
    "PASSWORD",
    "SEED",
    "SOURCE",
    "admitted",
    "clear",
    "follow_up",
    "is_loaded",
    "load",
    "people",
]

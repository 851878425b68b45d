"""Fields that a version requires, as it names them: "person.country" for the portal's own, "person:Country" for an attribute."""

import re

from portal.criteria import Catalogue, FieldRef


def key(ref: FieldRef) -> str:
    """A field as a version names it."""
    return f"{ref.of.value}{':' if ref.is_attribute else '.'}{ref.name}"


def words(named: str, known: Catalogue) -> str:
    """A required field by its title."""
    for ref, found in known.fields.items():
        if key(ref) == named:
            return found.title if ref.of is known.level else f"{found.title} of the {ref.of.value}"
    return re.split("[.:]", named, maxsplit=1)[-1]

"""Enough of the catalogue to read criteria back as sentences: nothing is looked up but the terms' names."""

from collections.abc import Iterable

from portal.criteria import Catalogue, FieldRef
from portal.criteria.catalogue import KnownField, Term
from portal.criteria.fields import OWN, REACHES
from portal.definitions.tables import Definition
from portal.fields import Level


def words_of(level: str, definitions: Iterable[Definition]) -> Catalogue:
    """A catalogue for `clause_sentence`: an attribute is called by the name its clause gives it."""
    fields = {
        FieldRef(of, name): KnownField(FieldRef(of, name), own.title, own.kind, kept=own.kept)
        for of in REACHES[Level(level)]
        for name, own in OWN[of].items()
    }
    terms = {each.term: Term(each.term, each.name, Level(each.level)) for each in definitions}
    return Catalogue(Level(level), fields, terms=terms)

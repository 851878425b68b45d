"""What pages show of definitions: the terms with what waits for whom, and one term with its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlmodel import Session, col, or_, select

from portal.accounts import User
from portal.definitions.tables import Definition, DefinitionVersion
from portal.definitions.terms import in_order
from portal.signing import Signature, State, life, rules

Signed = list[tuple[Signature, User]]


@dataclass(frozen=True)
class Shown:
    """A version with its signatures. `waits_for` are the functions whose signature is to come."""

    version: DefinitionVersion
    signed: Signed
    waits_for: Sequence[str] = ()

    def by(self, function: str) -> tuple[Signature, User] | None:
        """The signature of a function, and who gave it."""
        return next((pair for pair in self.signed if pair[0].function == function), None)


@dataclass(frozen=True)
class Entry:
    """A term, the version that counts, and the one on its way."""

    definition: Definition
    holding: Shown | None
    coming: Shown | None


@dataclass(frozen=True)
class Known:
    """One term with all its versions, the newest first."""

    definition: Definition
    versions: Sequence[Shown]
    leaders: Sequence[User] = field(default_factory=list)

    @property
    def holding(self) -> Shown | None:
        return next((each for each in self.versions if each.version.state == State.IN_FORCE), None)

    @property
    def coming(self) -> Shown | None:
        return next((each for each in self.versions if each.version.is_open), None)

    def leaderless(self) -> list[str]:
        """The functions that must sign and have nobody who can."""
        there = {user.function for user in self.leaders}
        return [function for function in self.definition.signers if function not in there]


def entries(session: Session) -> list[Entry]:
    """All terms in the order of the funnel, in three queries."""
    definitions = session.exec(select(Definition).order_by(*in_order())).all()
    is_open = col(DefinitionVersion.in_force_at).is_(None) & col(DefinitionVersion.closed_at).is_(None)
    holds = col(DefinitionVersion.in_force_at).is_not(None) & col(DefinitionVersion.superseded_at).is_(None)
    versions = session.exec(select(DefinitionVersion).where(or_(is_open, holds))).all()
    signed = life.signed_by(session, versions)
    found = {(v.definition_id, v.in_force_at is None): (v, signed[v.id]) for v in versions}
    return [
        Entry(
            definition,
            *(_shown(definition, found.get((definition.id, is_open))) for is_open in (False, True)),
        )
        for definition in definitions
    ]


def known(session: Session, definition: Definition) -> Known:
    """Everything about a term's versions, in three queries."""
    versions = session.exec(
        select(DefinitionVersion)
        .where(DefinitionVersion.definition_id == definition.id)
        .order_by(col(DefinitionVersion.number).desc())
    ).all()
    signed = life.signed_by(session, versions)
    shown = [found for v in versions if (found := _shown(definition, (v, signed[v.id])))]
    return Known(definition, shown, life.leaders(session, definition.signers))


def _shown(definition: Definition, found: tuple[DefinitionVersion, Signed] | None) -> Shown | None:
    if found is None:
        return None
    version, signed = found
    is_asked = version.state == State.PROPOSED
    functions = {signature.function for signature, _ in signed}
    return Shown(version, signed, rules.missing(definition.signers, functions) if is_asked else [])


def waiting_for(session: Session, user: User) -> list[tuple[Definition, DefinitionVersion]]:
    """The proposals that wait for the signature of this user's function; none for who cannot sign."""
    if user.right != "leader":
        return []
    signed = select(Signature.id).where(
        Signature.subject == "definition_version",
        Signature.subject_id == DefinitionVersion.id,
        Signature.function == user.function,
        col(Signature.taken_off_at).is_(None),
    )
    rows = session.exec(
        select(Definition, DefinitionVersion)
        .where(
            DefinitionVersion.definition_id == Definition.id,
            col(DefinitionVersion.proposed_at).is_not(None),
            col(DefinitionVersion.signed_at).is_(None),
            col(DefinitionVersion.in_force_at).is_(None),
            col(DefinitionVersion.closed_at).is_(None),
            ~signed.exists(),
        )
        .order_by(*in_order())
    )
    return [(definition, version) for definition, version in rows if user.function in definition.signers]


# every page counts them beside the navigation: plain SQL takes a tenth of the time
WAITING: Final = """
SELECT COUNT(*) FROM user_account u
  JOIN definition_version v ON v.proposed_at IS NOT NULL AND v.signed_at IS NULL AND v.in_force_at IS NULL AND v.closed_at IS NULL
  JOIN definition d ON d.id = v.definition_id
 WHERE u.id = :user AND u."right" = 'leader' AND (u.function IN ('sales', 'marketing') OR u.function = 'finance' AND d.finance_signs)
   AND NOT EXISTS (SELECT 1 FROM signature s WHERE s.subject = 'definition_version' AND s.subject_id = v.id
                      AND s.function = u.function AND s.taken_off_at IS NULL)
"""

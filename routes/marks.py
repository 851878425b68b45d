"""What a route declares about itself: who may use it, what it shows again when refused, whether it takes an upload."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

from portal.accounts import Function, Right, User, rules

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """Who may use a route. Nobody's rights asked for: anybody, signed in or not."""

    rights: frozenset[Right] = frozenset()
    functions: frozenset[Function] = frozenset()


@dataclass(frozen=True)
class Again:
    """The page that a refused form shows again, and the block of it that htmx gets."""

    endpoint: str
    block: str | None


def requires(*rights: Right, functions: Collection[Function] = ()) -> Callable[[View], View]:
    """Admit only users with one of these rights (`Right.MEMBER`: everybody signed in), and of these functions, if named."""
    if not rights:
        raise ValueError("Name the right a route needs, or mark it @public.")
    return _marking("guard", Guard(frozenset(rights), frozenset(functions)))


def public(view: View) -> View:
    """Admit everybody, signed in or not."""
    return _marking("guard", Guard())(view)


def shows_again(endpoint: str, block: str | None = None) -> Callable[[View], View]:
    """Answer a form that was refused (422, 409) with this page: what was typed, and a sentence beside each field.

    The page's view gets those of this route's address arguments that it takes.
    """
    return _marking("again", Again(endpoint, block))


def takes_upload(view: View) -> View:
    """Allow a body as large as the setting for uploads, written to the data folder while it arrives."""
    return _marking("upload", True)(view)


def _marking(name: str, value: object) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.__dict__[name] = value
        return view

    return mark


def guard_of(app: Flask, endpoint: str) -> Guard:
    """What a route declared. KeyError where it declared nothing."""
    guard: Guard = app.view_functions[endpoint].__dict__["guard"]
    return guard


def admits(guard: Guard, user: User) -> bool:
    """Whether a user may use what is guarded so."""
    if not guard.rights:
        return True
    return rules.may(user.right, guard.rights) and (not guard.functions or user.function in guard.functions)


def again_of(app: Flask, endpoint: str | None) -> Again | None:
    return app.view_functions[endpoint].__dict__.get("again") if endpoint else None


def is_upload(app: Flask, endpoint: str | None) -> bool:
    return bool(endpoint) and "upload" in app.view_functions[str(endpoint)].__dict__


def check(app: Flask) -> None:
    """Refuse to start with a route that does not say who may use it."""
    for rule in app.url_map.iter_rules():
        if "guard" not in app.view_functions[rule.endpoint].__dict__:
            raise RuntimeError(f"{rule.rule} does not say who may use it: add @requires(…) or @public.")
        if (again := again_of(app, rule.endpoint)) and again.endpoint not in app.view_functions:
            raise RuntimeError(f"{rule.rule} shows {again.endpoint} again, which does not exist.")

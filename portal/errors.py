"""What can go wrong, in domain words. Each carries one sentence that says what to do; the edges map them once."""


class Problem(Exception):  # noqa: N818  it reads "a Problem", and it is the parent of words, not of errors
    """Something a person can act on. `sentence` is shown as it stands."""

    status = 500

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Invalid(Problem):
    """What was given cannot be used."""

    status = 422


class NotFound(Problem):
    """There is no such thing, or none that this person may see."""

    status = 404


class Forbidden(Problem):
    """The person lacks the right to do it."""

    status = 403


class Conflict(Problem):
    """It changed meanwhile, or it was done already."""

    status = 409


class TooLarge(Problem):
    """More than the limits allow."""

    status = 413


class TooMany(Problem):
    """Too often in too short a time."""

    status = 429


class Unavailable(Problem):
    """Something this needs is not there right now."""

    status = 503

"""Secrets in cookies and links: 256 random bits outside, only a hash of them in the database."""

import hashlib
import secrets


def fresh() -> str:
    """A new token, 43 characters that are safe in a cookie and in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token. It needs no salt: nobody can try 2^256 of them."""
    return hashlib.sha256(token.encode()).hexdigest()

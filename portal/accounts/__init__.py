"""Those who sign in: users with one function and rights, their sign-ins, and the links that set a password."""

from portal.accounts.tables import Function, Link, Right, SignIn, SignInAttempt, User

__all__ = ["Function", "Link", "Right", "SignIn", "SignInAttempt", "User"]

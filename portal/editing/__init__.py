"""Records added and changed by hand: people, companies, deals and activities, a module each.

Each has a `Draft` of what people type, `texts` of what a record says in the same words, `add` and `change`.

A record made here has an external id in the source “Concord”, its own id: so it is known by one id in files that go
out and come back, like any other. A hand edit holds until its source says something new: a file that only repeats what
was before the edit leaves it, one with a newer value replaces it, and what was replaced is kept in `field_change`.
"""

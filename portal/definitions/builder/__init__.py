"""Building criteria by hand: the tree as a form holds it, complete or not, and what each part of the form offers.

A tree here is the JSON of criteria, of which a part may be missing still: a person is at work on it. `tree` changes it,
`reading` reads as much of it as is complete, `controls` say what the form shows.
"""

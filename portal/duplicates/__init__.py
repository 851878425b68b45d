"""Duplicates: people who stand there twice.

Pairs wait to be reviewed (`portal.duplicates.proposals`). Merging keeps one of them, with chosen values (`rules`), and
moves what hangs on the other, with a ledger (`merging`), so that splitting restores exactly (`splitting`). What an
administrator allowed is merged without being asked (`automatic`).
"""

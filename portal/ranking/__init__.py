"""Ranking: runs that score every record, and the list people work from the top."""

"""Models: what was learned, on which records, how good it is, and whether it may rank."""

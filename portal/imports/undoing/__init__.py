"""Undoing an import: what it brought goes, what it replaced comes back."""

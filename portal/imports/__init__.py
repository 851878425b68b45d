"""Imports: files nobody prepared become records."""

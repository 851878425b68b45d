"""Imports: files nobody prepared become records.

A file is understood (`understanding`), mapped (`mapping`, `guessing`), read in typed batches (`batches`), and applied
part by part (`applying`); `commands` is what people and jobs do with it.
"""

from portal.imports.commands import aliases, repeated

__all__ = ["aliases", "repeated"]

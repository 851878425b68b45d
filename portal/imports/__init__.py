"""Imports: files nobody prepared become records.

A file is understood (`understanding`), mapped (`mapping`, `guessing`), read in typed batches (`batches`), and applied
part by part (`applying`); `commands` is what people do with it, `noting` what its jobs note, `pages` what is known of it.
"""

from portal.imports.pages import aliases, repeated

__all__ = ["aliases", "repeated"]

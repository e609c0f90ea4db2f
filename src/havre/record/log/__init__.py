"""The transparency log: an append-only list of entries that cannot be changed without it being seen."""

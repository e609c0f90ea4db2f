"""Havre: open, accountable migration foresight on aggregate open data."""

__version__ = "0.1.0"

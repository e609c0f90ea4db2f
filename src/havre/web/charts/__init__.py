"""Drawings of the site as SVG: each has a title, a summary in sentences and its figures for a table."""

"""One connector a file: what a provider offers, where, and how its files are read."""

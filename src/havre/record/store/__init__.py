"""Where reviews and contests are kept: SQLite beside the log, or a PostgreSQL."""

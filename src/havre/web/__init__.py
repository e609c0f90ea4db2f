"""The public site and its API: it reads what was published, and the desk where people review it."""

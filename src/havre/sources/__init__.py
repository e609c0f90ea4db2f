"""Open data comes in: what each provider publishes, under which terms, and how its files are read."""

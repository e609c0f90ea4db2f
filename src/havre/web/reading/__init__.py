"""What pages that are read show of a series, looked up in the releases: months, vintages, scenarios, explanations."""

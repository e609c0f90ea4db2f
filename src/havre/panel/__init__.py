"""One long table of observations with vintages."""

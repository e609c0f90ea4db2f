"""The review desk: people sign in, look at drafts, decide, publish, and answer contests. See ``docs/web-desk.md``."""

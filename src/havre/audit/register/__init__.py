"""Register of automated systems at borders: one file per system, one source, date and status per claim.

``entries/*.toml`` holds the claims, ``sources.toml`` where they come from, ``fields.toml`` what a claim can be about,
``annex_viii.toml`` what the public register of the AI Act asks. ``docs/register.md`` says how to add to them.
"""

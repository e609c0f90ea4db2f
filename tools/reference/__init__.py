"""How the shared copies of official statistics become the reference snapshot: one file per provider."""

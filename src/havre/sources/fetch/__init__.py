"""How files come over the network: polite, patient within a time budget, whole or not at all, and without secrets."""

"""Stand-ins for the providers: a server on this machine that speaks their protocols, with faults on demand."""

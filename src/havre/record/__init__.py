"""What was published: the tables of a release, made safe, written whole, told to people."""

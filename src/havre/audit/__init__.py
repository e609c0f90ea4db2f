"""What an automated system at a border does to the people who meet it, from what is published or from its own log."""

"""SQLite as a server needs it: writers take turns, and all that wait for the disk wait once."""

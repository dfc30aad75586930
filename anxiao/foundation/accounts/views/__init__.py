"""Pages about accounts, by topic."""

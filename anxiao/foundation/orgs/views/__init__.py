"""Pages about units and calendars."""

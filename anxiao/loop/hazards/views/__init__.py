"""Pages of the room that are not registers."""

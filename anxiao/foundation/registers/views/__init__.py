"""Pages of registers, made per register from its declaration."""

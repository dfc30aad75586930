"""Kill the server again and again under load, then ask the database what became of every write.

``python -m bench.chaos --help``; `make chaos` runs the long form on both databases.
"""

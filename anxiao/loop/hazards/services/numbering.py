"""Ledger numbers: one running series per unit and year, without gaps and without doubles."""

from anxiao.foundation.access import rows as quick


def take_serials(org_id: int, year: int, count: int = 1) -> int:
    """Take ``count`` serials in a row and return the first; call it inside the transaction that
    uses them.

    The counter's row is updated first, so whoever numbers the same ledger waits for this
    transaction; if it fails, the serials were never taken. On SQLite transactions are immediate.
    """
    taken = quick.one(_TAKE, [org_id, year, count, count])
    return int(taken[0]) - count + 1 if taken else 1


_TAKE = """
INSERT INTO hazards_ledgeryear (org_id, year, last) VALUES (%s, %s, %s)
ON CONFLICT (org_id, year) DO UPDATE SET last = hazards_ledgeryear.last + %s
RETURNING last
"""

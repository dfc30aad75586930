"""Ledger numbers: one running series per unit and year, without gaps and without doubles."""

from collections.abc import Iterable, Mapping

from anxiao.foundation.access import rows as quick

Ledger = tuple[int, int]
"""A unit and a year."""


def take_serials(org_id: int, year: int, count: int = 1) -> int:
    """Take ``count`` serials in a row and return the first; call it inside the transaction that
    uses them.

    The counter's row is updated first, so whoever numbers the same ledger waits for this
    transaction; if it fails, the serials were never taken. On SQLite transactions are immediate.
    """
    taken = quick.one(_TAKE, [org_id, year, count, count])
    return int(taken[0]) - count + 1 if taken else 1


def hold_serials(wanted: Iterable[Ledger]) -> dict[Ledger, int]:
    """The last serials of many ledgers, which nobody else can number until this transaction ends.

    The ledgers are held in one order by everybody, so nobody waits for each other.
    """
    keys = sorted(wanted)
    if not keys:
        return {}
    rows = ", ".join(["(%s, %s, 0)"] * len(keys))
    values = [part for key in keys for part in key]
    return {(org, year): last for org, year, last in quick.many(_HOLD.format(rows=rows), values)}


def keep_serials(lasts: Mapping[Ledger, int]) -> None:
    """Note the last serials of ledgers that are held."""
    if not lasts:
        return
    rows = ", ".join(["(%s, %s, %s)"] * len(lasts))
    values = [part for (org, year), last in lasts.items() for part in (org, year, last)]
    quick.many(_KEEP.format(rows=rows), values)


_TAKE = """
INSERT INTO hazards_ledgeryear (org_id, year, last) VALUES (%s, %s, %s)
ON CONFLICT (org_id, year) DO UPDATE SET last = hazards_ledgeryear.last + %s
RETURNING last
"""
_HOLD = """
INSERT INTO hazards_ledgeryear (org_id, year, last) VALUES {rows}
ON CONFLICT (org_id, year) DO UPDATE SET last = hazards_ledgeryear.last
RETURNING org_id, year, last
"""
_KEEP = """
INSERT INTO hazards_ledgeryear (org_id, year, last) VALUES {rows}
ON CONFLICT (org_id, year) DO UPDATE SET last = excluded.last
RETURNING last
"""

"""Ledger numbers: one running series per unit and year, without gaps and without doubles."""

from django.db.models import F

from anxiao.loop.hazards.models import LedgerYear


def take_serials(org_id: int, year: int, count: int = 1) -> int:
    """Take ``count`` serials in a row and return the first; call it inside the transaction that
    uses them.

    The counter's row is updated first, so whoever numbers the same ledger waits for this
    transaction; if it fails, the serials were never taken. On SQLite transactions are immediate.
    """
    row, _created = LedgerYear.objects.get_or_create(org_id=org_id, year=year)
    LedgerYear.objects.filter(pk=row.pk).update(last=F("last") + count)
    return LedgerYear.objects.values_list("last", flat=True).get(pk=row.pk) - count + 1

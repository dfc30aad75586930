"""Every route and every API operation, and how its address is filled for a unit.

Generated from the URL resolver and the API's own description.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatch

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.test_architecture import capabilities


@dataclass(frozen=True)
class Row:
    """How routes named like ``name`` are filled and judged.

    ``ids`` maps a parameter to a record of the target (``=text`` is a constant); ``query`` too.
    ``personal``: only the owner, whatever the post. ``shared``: the same for every unit.
    ``soft``: a page that falls back to one's own unit instead of refusing. ``shows``: kinds of
    text that the address itself entitles to (the code on the wall, an unguessable link).
    """

    name: str
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    personal: bool = False
    shared: bool = False
    soft: bool = False
    shows: tuple[str, ...] = ()


NOBODYS = "=unknown-unknown-unknown"
ROWS = (
    Row("accounts:invitation", {"secret": NOBODYS}, shared=True),
    Row("accounts:reset", {"secret": NOBODYS}, shared=True),
    Row("accounts:revoke-token", {"pk": "token"}, personal=True),
    Row("accounts:revoke-invitation", {"pk": "invitation"}),
    Row("accounts:end-post", {"pk": "colleague_post"}),
    Row("accounts:make-reset-link", {"pk": "colleague_post"}),
    Row("accounts:correct-phone", {"pk": "colleague"}),
    Row("accounts:people", {"org_id": "org"}),
    Row("accounts:invite", {"org_id": "org"}),
    Row("accounts:link", {"org_id": "org"}),
    *(
        Row(f"accounts:{name}", {"pk": "colleague"})
        for name in ("account", "lock", "unlock", "reset-factor")
    ),
    Row("orgs:remove-term", {"pk": "term"}),
    Row("orgs:clear-day", {"pk": "day"}),
    Row("orgs:*", {"pk": "org"}),
    Row("files:my_thumb", {"uuid": "upload"}, personal=True),
    Row("conflicts:*", {"pk": "refused"}, personal=True),
    Row("places:retire_place", {"pk": "place"}),
    Row("places:retire_point", {"pk": "point"}),
    Row("places:replace_code", {"pk": "point"}),
    Row("places:point", {"pk": "point"}),
    Row("places:rebind_label", {"pk": "point"}),
    Row("places:*", {"org_id": "org"}),
    Row("messaging:open", {"pk": "message"}, personal=True),
    Row("messaging:*_robot", {"pk": "robot"}),
    Row("registers:*-saved", {"uuid": "saved"}, shared=True),
    Row("registers:*", {"uuid": "batch"}, personal=True),
    Row("duties:prove", {"pk": "org", "duty_pk": "duty"}),
    Row("duties:exempt", {"pk": "org", "duty_pk": "duty"}),
    Row("duties:unit", {"pk": "org"}),
    Row("duties:clause_new", {"pk": "plan"}),
    Row("duties:clause_*", {"pk": "plan_clause"}),
    Row("duties:duty_new", {"pk": "plan_clause"}),
    Row("duties:duty*", {"pk": "plan_duty"}),
    Row("duties:clause", {"pk": "org", "clause_pk": "clause"}),
    Row("duties:cell", {"pk": "cell"}),
    Row("duties:do", {"pk": "cell"}),
    Row(
        "duties:evidence_file",
        {"pk": "evidence", "file_pk": "evidence_file", "variant": "=full"},
    ),
    Row("duties:evidence", {"pk": "evidence"}),
    Row("duties:revoke", {"pk": "evidence"}),
    Row("duties:exemption", {"pk": "exemption"}),
    Row("duties:diff", {"pk": "plan", "other": "plan"}),
    Row("duties:export", {"pk": "plan", "kind": "=xlsx"}),
    Row("duties:*", {"pk": "plan"}),
    Row("hazards:open", query={"org": "org"}),
    Row("hazards:criterion", {"pk": "criterion"}, shared=True),
    Row("hazards:retire_criterion", {"pk": "criterion"}, shared=True),
    Row("hazards:photo", {"pk": "hazard", "photo_pk": "photo", "variant": "=full"}),
    Row("hazards:accept_up", {"pk": "reported"}),
    Row("hazards:send_back", {"pk": "reported"}),
    Row("hazards:*", {"pk": "hazard"}),
    Row(
        "inspections:photo",
        {"pk": "inspection", "uuid": "inspection_photo", "variant": "=full"},
    ),
    Row("inspections:walk", {"pk": "round"}),
    Row("inspections:round_*", {"pk": "round"}),
    Row("inspections:assign", {"pk": "point"}),
    Row("inspections:checklist*", {"pk": "checklist"}, query={"unit": "org"}, soft=True),
    Row(
        "inspections:new",
        query={"unit": "org", "checklist": "gate", "point": "point"},
        soft=True,
    ),
    Row("inspections:*", {"pk": "inspection"}, query={"unit": "org"}, soft=True),
    Row("cards:card", {"code": "code"}, shared=True, shows=("point", "place", "NAME")),
    Row("cockpit:*", query={"org": "org"}, soft=True),
    Row("api:checklists", query={"unit": "org"}),
    Row("api:duties_status", query={"unit": "org"}),
    Row("api:point", {"code": "code"}),
    Row("api:read", {"slug": "=hazards"}, shared=True),
    Row("api:workbook", {"slug": "=hazards"}, shared=True),
    Row("api:accept_up_hazard", {"id": "reported"}),
    Row("api:send_back_hazard", {"id": "reported"}),
    Row("api:hazard_photo", {"id": "hazard", "photo": "photo"}),
    Row("api:read_upload", {"uuid": "upload"}, personal=True),
    Row("api:*_conflict", {"id": "refused"}, personal=True),
    Row("api:*_hazard", {"id": "hazard"}),
)
FREE = Row("")
HARD_QUERY = {"hazards:open", "api:checklists", "api:duties_status"}


@dataclass(frozen=True)
class Route:
    """One address: its full name, its parameters, what it asks for."""

    name: str
    params: tuple[str, ...]
    capabilities: tuple[str, ...]
    methods: tuple[str, ...]
    row: Row

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def path(self, target) -> str | None:
        """The address of the target's record; ``None`` if the target has no such record."""
        kwargs = {}
        for param in self.params:
            value = self.fill(self.row.ids[param], target)
            if value is None:
                return None
            kwargs[param] = value
        return reverse(self.name, kwargs=kwargs)

    @staticmethod
    def fill(key: str, target):
        return key[1:] if key.startswith("=") else target.ids.get(key)


def found_routes():
    """Every pattern of the resolver, one ``Route`` per API operation."""
    seen = set()
    for name, pattern in _walk(get_resolver()):
        params = tuple(pattern.pattern.regex.groupindex)
        row = next((row for row in ROWS if fnmatch(name, row.name)), FREE)
        if (name, params) in seen:
            continue
        seen.add((name, params))
        operations = getattr(getattr(pattern.callback, "__self__", None), "operations", None)
        if operations is None:
            needed = capabilities(pattern.callback)[0]
            yield Route(name, params, needed, ("GET", "POST"), row)
        for operation in operations or ():
            yield Route(name, params, operation.view_func.capability, tuple(operation.methods), row)


def _walk(resolver, spaces=()):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, spaces + ((entry.namespace,) if entry.namespace else ()))
        elif isinstance(entry, URLPattern) and entry.name:
            yield ":".join((*spaces, entry.name)), entry


ROUTES = sorted(found_routes(), key=lambda route: (route.name, route.methods))

"""Every room's pages, one line each."""

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

from anxiao.foundation.conflicts.urls import conflict_urls
from anxiao.foundation.registers.urls import register_urls
from anxiao.loop.inspections.urls import card_urlpatterns
from anxiao.project.conflicts import KINDS
from anxiao.project.registers import REGISTERS


class WhenAsked(URLResolver):
    """A namespace whose module is loaded by the first request below it, or the first address.

    The interface is a third of all that the server loads, and no page needs it.
    """

    def _populate(self) -> None:
        """Django would look through the names below, to find functions by themselves."""


urlpatterns = [
    WhenAsked(RoutePattern("api/"), "anxiao.project.api", None, "ninja", "api"),  # asked most
    path("account/", include("anxiao.foundation.accounts.urls")),
    path("orgs/", include("anxiao.foundation.orgs.urls")),
    path("files/", include("anxiao.foundation.files.urls")),
    path("conflicts/", include(conflict_urls(KINDS))),
    path("places/", include("anxiao.foundation.places.urls")),
    path("messages/", include("anxiao.foundation.messaging.urls")),
    path("ui/", include("anxiao.foundation.ui.urls")),
    path("registers/", include(register_urls(REGISTERS))),
    path("duties/", include("anxiao.loop.duties.urls")),
    path("hazards/", include("anxiao.loop.hazards.urls")),
    path("inspections/", include("anxiao.loop.inspections.urls")),
    path("p/", include((card_urlpatterns, "cards"))),
    path("clues/", include("anxiao.safeguards.accountability.urls")),
    path("board/", include("anxiao.boards.cockpit.urls")),
    path("", include("anxiao.project.operate.urls")),
    path("", include("anxiao.boards.today.urls")),
]

handler400 = "anxiao.foundation.ui.views.bad_request"
handler403 = "anxiao.foundation.ui.views.forbidden"
handler404 = "anxiao.foundation.ui.views.not_found"
handler500 = "anxiao.foundation.ui.views.server_error"

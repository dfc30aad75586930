"""Every room's pages, one line each."""

from django.urls import include, path

from anxiao.foundation.registers.urls import register_urls
from anxiao.loop.inspections.urls import card_urlpatterns
from anxiao.project.api import routes as api_routes
from anxiao.project.registers import REGISTERS

urlpatterns = [
    path("api/", api_routes),  # phones ask most
    path("account/", include("anxiao.foundation.accounts.urls")),
    path("orgs/", include("anxiao.foundation.orgs.urls")),
    path("files/", include("anxiao.foundation.files.urls")),
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

"""Photos and signatures that come with a page: stored first, kept when something is wrong."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from anxiao.foundation.access.http import ActorRequest
from anxiao.foundation.files.models import Upload
from anxiao.foundation.files.services import store_signature, store_upload
from anxiao.foundation.kernel.errors import Invalid
from anxiao.foundation.orgs.models import Org
from anxiao.loop.inspections.forms import FillForm
from anxiao.loop.inspections.forms.filling import SIDES


class Pictures:
    """Stores what a form brings and notes it in the form.

    Uuids follow from form, item and content: the same form sent again stores nothing anew.
    ``fine`` turns false when something was refused.
    """

    def __init__(self, request: ActorRequest, org: Org, form: FillForm) -> None:
        self.form = form
        self.who: dict[str, Any] = {"actor": request.actor, "at": request.at, "org": org}
        self.base = str(form.cleaned_data["uuid"])
        self.fine = True

    def store_all(self, signatures: dict[str, str]) -> None:
        """Store the photos of every item, and ``signatures`` (data URLs by side)."""
        for item in self.form.checklist.items:
            for file in self.form.cleaned_data.get(f"p_{item['code']}") or ():
                self._photo(item["code"], file)
        for side in SIDES:
            if signatures[side]:
                self._signature(side, signatures[side])

    def _photo(self, code: str, file: Any) -> None:
        content = file.read()

        def store(uuid: UUID) -> Upload:
            return store_upload(**self.who, uuid=uuid, name=file.name, content=content)

        uuid = self._keep(code, content, store)
        if uuid and uuid not in self.form.kept[code]:
            self.form.kept[code].append(uuid)

    def _signature(self, side: str, data_url: str) -> None:
        def store(uuid: UUID) -> Upload:
            return store_signature(**self.who, uuid=uuid, data_url=data_url)

        key = f"{side}_signature"
        self.form.kept_signatures[side] = self._keep(key, data_url.encode(), store)

    def _keep(self, key: str, content: bytes, store: Callable[[UUID], Upload]) -> str:
        digest = hashlib.sha256(content).hexdigest()
        try:
            return str(store(uuid5(NAMESPACE_URL, f"{self.base}:{key}:{digest}")).uuid)
        except Invalid as error:
            self.fine = False
            self.form.fault(key, error.message)
            return ""

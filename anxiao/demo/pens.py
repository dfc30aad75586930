"""Signatures of the demo's people: a stroke each, drawn here."""

import base64
from datetime import datetime
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw

from anxiao.demo.county import County
from anxiao.foundation.access.actor import Actor
from anxiao.foundation.files.services import store_signature
from anxiao.foundation.orgs.models import Org

SIZE = (300, 120)


def signed(county: County, unit: Org, actor: Actor, at: datetime) -> UUID:
    """The uuid of a signature handed in by ``actor`` for ``unit``."""
    picture = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    points = [(x, 60 + county.dice.randint(-35, 35)) for x in range(20, 280, 20)]
    ImageDraw.Draw(picture).line(points, fill=(20, 30, 60, 255), width=4, joint="curve")
    written = BytesIO()
    picture.save(written, "PNG")
    drawn = base64.b64encode(written.getvalue()).decode()
    uuid = UUID(int=county.dice.getrandbits(128), version=4)
    data_url = f"data:image/png;base64,{drawn}"
    return store_signature(actor=actor, at=at, org=unit, uuid=uuid, data_url=data_url).uuid

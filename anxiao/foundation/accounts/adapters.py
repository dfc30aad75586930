"""allauth's second factor, told our name and to keep its secrets encrypted in the database."""

import base64
import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from anxiao.foundation.kernel.later import Later

if TYPE_CHECKING:
    import qrcode
    from cryptography import fernet
    from qrcode.image import svg
else:
    fernet, qrcode = Later("cryptography.fernet"), Later("qrcode")
    svg = Later("qrcode.image.svg")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Named by ``settings.MFA_ADAPTER``."""

    def get_totp_issuer(self) -> str:
        """The name that stands in the authenticator app."""
        return "安校"

    def build_totp_svg(self, url: str) -> str:
        """The QR code dark on white, whatever the page's colours."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=svg.SvgPathFillImage, box_size=16).save(drawn)
        return drawn.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Undo ``encrypt``."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> "fernet.Fernet":
    key = hashlib.sha256(b"second factor" + settings.MFA_KEY.encode()).digest()
    return fernet.Fernet(base64.urlsafe_b64encode(key))

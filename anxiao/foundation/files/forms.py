"""The shape of an upload."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anxiao.foundation.access.actor import Actor, Post
from anxiao.foundation.files.rules import MAX_DOCUMENT
from anxiao.foundation.orgs.models import Org
from anxiao.foundation.ui.widgets import Form


class UploadForm(Form):
    """One file under a UUID made on the device; ``org`` only when it is not the post's unit."""

    uuid = forms.UUIDField(error_messages={"required": _("缺少文件编号，请重新选择文件。")})
    file = forms.FileField(
        allow_empty_file=True, error_messages={"required": _("没有收到文件，请重新选择。")}
    )
    org = forms.ModelChoiceField(Org.objects.none(), required=False)

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.units = Org.objects.visible_with(actor, "files.upload")
        self.fields["org"].queryset = self.units  # type: ignore[attr-defined]

    def own_unit(self, post: Post | None) -> Org | None:
        """The unit of the post that uploads."""
        return self.units.filter(pk=post.org_id).first() if post else None

    def clean_file(self) -> object:
        """Refuse by size before a byte is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_DOCUMENT:
            raise forms.ValidationError(
                _("文件超过 %(size)d MB，请压缩后再上传。") % {"size": MAX_DOCUMENT >> 20}
            )
        return file

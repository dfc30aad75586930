"""Words of messages and of what leaves the house."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    MAIL = "mail", _("邮件")
    WECOM = "wecom", _("企业微信群机器人")
    DINGTALK = "dingtalk", _("钉钉群机器人")
    FEISHU = "feishu", _("飞书群机器人")


ROBOT_CHANNELS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)


class MessageKind(TextChoices):
    TASK = "task", _("待我办理")
    ANSWER = "answer", _("答复")
    WARNING = "warning", _("提醒")
    NOTICE = "notice", _("通知")


class OutboxState(TextChoices):
    QUEUED = "queued", _("待发送")
    SENT = "sent", _("已送达")
    GIVEN_UP = "given_up", _("未送达")

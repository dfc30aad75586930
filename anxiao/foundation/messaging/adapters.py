"""Talking to group robots and mail. An answer is judged by its body, never by its status alone.

A robot that refuses answers ``200 {"errcode": 45009}``: that is a refusal (WeCom, DingTalk
``errcode``; Feishu ``code`` or ``StatusCode``).
"""

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from anxiao.foundation.kernel.later import Later
from anxiao.foundation.messaging.states import Channel

if TYPE_CHECKING:
    import urllib3
else:
    urllib3 = Later("urllib3")

TIMEOUT = (5.0, 10.0)
"""Seconds to connect and to read."""
HOSTS = {
    Channel.WECOM: "qyapi.weixin.qq.com",
    Channel.DINGTALK: "oapi.dingtalk.com",
    Channel.FEISHU: "open.feishu.cn",
}
RATE_LIMITED = {45009, 130101, 660026, 11232, 9499}
MAIL_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``ok`` only if the other side said it took the message."""

    ok: bool
    status: int
    body: str
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Robot:
    """Where a group's robot listens, with its signing secret (empty: none)."""

    channel: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server and who we are there."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True


def allowed(channel: str, url: str, extra_hosts: tuple[str, ...] = ()) -> bool:
    """Whether ``url`` is the channel's own service: HTTPS there, or a host listed by hand."""
    parts = urlsplit(url)
    if parts.netloc in extra_hosts:
        return parts.scheme in {"http", "https"}
    return parts.scheme == "https" and parts.netloc == HOSTS[Channel(channel)]


def send_to_robot(robot: Robot, text: str, *, timestamp: int) -> Answer:
    """Post ``text`` to a group; ``timestamp`` is seconds since the epoch, for the signature."""
    url, payload = _REQUESTS[Channel(robot.channel)](robot, text, timestamp)
    try:
        response = _http().request(
            "POST",
            url,
            body=json.dumps(payload, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            redirect=False,
            timeout=urllib3.Timeout(connect=TIMEOUT[0], read=TIMEOUT[1]),
        )
    except urllib3.exceptions.HTTPError as fault:
        return Answer(False, 0, f"{type(fault).__name__}: {fault}"[:500])
    return judge(response.status, response.data.decode("utf-8", "replace"), response.headers)


@cache
def _http() -> "urllib3.PoolManager":
    return urllib3.PoolManager(retries=False)


def judge(status: int, body: str, headers: Any = None) -> Answer:
    """Decide from status and body whether the message was taken."""
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    code = next((told[key] for key in ("errcode", "code", "StatusCode") if key in told), None)
    retry = str((headers or {}).get("Retry-After", ""))
    wait = int(retry) if retry.isdigit() else 60 if code in RATE_LIMITED else 0
    return Answer(status == HTTPStatus.OK and code == 0, status, body[:2000], wait)


def send_mail(server: MailServer, to: str, subject: str, text: str) -> Answer:
    """Hand one mail to the SMTP server; its refusal is the answer."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, to, subject
    mail.set_content(text)
    try:
        with smtplib.SMTP(server.host, server.port, timeout=MAIL_TIMEOUT) as smtp:
            if server.tls:
                smtp.starttls(context=ssl.create_default_context())  # the default checks nothing
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(mail)
    except (smtplib.SMTPException, OSError) as fault:
        return Answer(False, getattr(fault, "smtp_code", 0), f"{type(fault).__name__}: {fault}")
    return Answer(True, 250, "accepted")


def _wecom(robot: Robot, text: str, _timestamp: int) -> tuple[str, dict[str, Any]]:
    return robot.url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(robot: Robot, text: str, timestamp: int) -> tuple[str, dict[str, Any]]:
    url = robot.url
    if robot.secret:
        stamp = timestamp * 1000
        signed = hmac.digest(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), "sha256")
        url += f"&timestamp={stamp}&sign={quote_plus(base64.b64encode(signed))}"
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(robot: Robot, text: str, timestamp: int) -> tuple[str, dict[str, Any]]:
    payload: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if robot.secret:
        signed = hmac.new(f"{timestamp}\n{robot.secret}".encode(), b"", hashlib.sha256).digest()
        payload |= {"timestamp": str(timestamp), "sign": base64.b64encode(signed).decode()}
    return robot.url, payload


_REQUESTS = {Channel.WECOM: _wecom, Channel.DINGTALK: _dingtalk, Channel.FEISHU: _feishu}

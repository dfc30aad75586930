"""Messages: never a flood, never a false success, every answer kept."""

import ssl
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxiao.foundation.access.actor import Actor, Grant
from anxiao.foundation.accounts.models import User
from anxiao.foundation.kernel.errors import Forbidden, Invalid
from anxiao.foundation.messaging import adapters
from anxiao.foundation.messaging.models import Message, Outgoing, OutgoingAnswer, Preference, Robot
from anxiao.foundation.messaging.queries import unread_count
from anxiao.foundation.messaging.rules import is_quiet, wait_after, without_personal_numbers
from anxiao.foundation.messaging.services import (
    add_robot,
    deliver,
    enqueue_to_groups,
    mark_read,
    notify,
    send_digests,
)
from anxiao.foundation.orgs.models import Org

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai
TAKEN = (200, {}, '{"errcode":0,"errmsg":"ok"}')
REFUSED = (200, {}, '{"errcode":45009,"errmsg":"api freq out of limit"}')


@pytest.fixture
def county(db):
    return Org.objects.create(
        kind="county", name="云河区", code="YH", path="1.", opened_on=NOON.date()
    )


@pytest.fixture
def clerk(county):
    return Actor(1, "林清", (Grant("county_safety", county.path),))


@pytest.fixture
def robot(county, clerk, robot_server):
    return add_robot(
        county,
        channel="wecom",
        name="安全群",
        url=f"http://{robot_server.netloc}/cgi-bin/webhook/send?key=k",
        secret="",
        actor=clerk,
        at=NOON,
    )


def person(name, email=""):
    return User.objects.create(username=name, name=name, email=email)


@pytest.mark.django_db
def test_the_same_unread_line_stands_once():
    user = person("a")
    for _ in range(3):
        notify([user.pk, user.pk, 0], text="有 1 项隐患待复查", url="/hazards/1/", at=NOON)
    assert unread_count(user.pk) == 1
    assert mark_read(Actor(user.pk), None, at=NOON) == 1
    notify([user.pk], text="有 1 项隐患待复查", url="/hazards/1/", at=NOON)
    assert unread_count(user.pk) == 1


@pytest.mark.django_db
def test_nobody_marks_another_persons_messages_read():
    mine, other = person("a"), person("b")
    notify([mine.pk], text="x", at=NOON)
    assert (
        mark_read(Actor(other.pk), list(Message.objects.values_list("pk", flat=True)), at=NOON) == 0
    )
    assert unread_count(mine.pk) == 1


@pytest.mark.django_db
def test_one_digest_a_day_however_many_messages():
    user = person("a", "a@example.org")
    for n in range(40):
        notify([user.pk], text=f"第 {n} 项", at=NOON)
    assert (send_digests(NOON), send_digests(NOON + timedelta(hours=1))) == (1, 0)
    mail = Outgoing.objects.get()
    assert mail.subject == "安校：您有 40 条未读消息"
    assert mail.text.count("·") == 30
    notify([user.pk], text="新的一项", at=NOON)
    assert send_digests(NOON + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_nothing_is_queued_in_quiet_hours_or_before_the_hour_chosen():
    user = person("a", "a@example.org")
    notify([user.pk], text="x", at=NOON)
    at_21 = NOON + timedelta(hours=9)
    at_7_10 = NOON + timedelta(hours=19, minutes=10)
    assert (send_digests(at_21), send_digests(at_7_10)) == (0, 0)
    assert send_digests(at_7_10 + timedelta(minutes=20)) == 1


@pytest.mark.django_db
def test_no_digest_for_who_switched_it_off_or_left_or_has_no_address():
    off, left, none = person("a", "a@example.org"), person("b", "b@example.org"), person("c")
    Preference.objects.create(user=off, digest_by_mail=False)
    User.objects.filter(pk=left.pk).update(is_active=False)
    notify([off.pk, left.pk, none.pk], text="x", at=NOON)
    assert send_digests(NOON) == 0


def test_r13_a_refusal_with_status_200_is_not_a_success(robot, robot_server):
    robot_server.answers = [REFUSED, TAKEN]
    assert enqueue_to_groups("1.7.", "重大隐患 1 项", at=NOON) == 1
    assert deliver(NOON) == 0
    assert deliver(NOON + timedelta(seconds=59)) == 0, "asked to wait a minute"
    assert deliver(NOON + timedelta(seconds=61)) == 1
    assert list(OutgoingAnswer.objects.order_by("id").values_list("ok", "status")) == [
        (False, 200),
        (True, 200),
    ]
    assert Outgoing.objects.get().outcome == "sent"
    assert robot_server.received[0][1] == {"msgtype": "text", "text": {"content": "重大隐患 1 项"}}


@pytest.mark.parametrize(
    "answer",
    [None, (500, {}, "x"), (429, {"Retry-After": "90"}, ""), (200, {}, "<html>"), (200, {}, "[]")],
    ids=["cut", "500", "429", "html", "list"],
)
def test_r13_every_other_answer_is_a_failure_and_is_kept(robot, robot_server, answer):
    robot_server.answers = [answer]
    enqueue_to_groups("1.", "x", at=NOON)
    assert deliver(NOON) == 0
    outgoing = Outgoing.objects.get()
    assert (outgoing.outcome, outgoing.answers.count()) == ("queued", 1)
    wait = outgoing.next_at - NOON
    assert wait == timedelta(seconds=90 if answer and answer[0] == 429 else 30)


def test_r13_a_robot_that_asks_for_patience_is_left_alone(robot, robot_server):
    robot_server.answers = [(429, {"Retry-After": "90"}, "")] + [TAKEN] * 3
    for text in "一二三":
        enqueue_to_groups("1.", text, at=NOON)
    assert deliver(NOON) == 0
    assert len(robot_server.received) == 1
    assert deliver(NOON + timedelta(seconds=89)) == 0
    assert len(robot_server.received) == 1
    assert deliver(NOON + timedelta(seconds=90)) == 3
    assert sorted(Outgoing.objects.values_list("outcome", "attempts")) == [
        *[("sent", 1)] * 2,
        ("sent", 2),
    ]


@pytest.fixture
def hasty(monkeypatch):
    """Nobody waits ten seconds in a test."""
    monkeypatch.setattr(adapters, "TIMEOUT", (0.2, 0.2))
    monkeypatch.setattr(adapters, "MAIL_TIMEOUT", 0.2)


def test_r13_a_silent_robot_is_given_up_and_tried_again(robot, robot_server, hasty):
    robot_server.answers = ["delay", TAKEN]
    enqueue_to_groups("1.", "x", at=NOON)
    assert deliver(NOON) == 0
    first = OutgoingAnswer.objects.get()
    assert (first.ok, first.status) == (False, 0)
    assert first.body.startswith("ReadTimeoutError")
    assert deliver(NOON + timedelta(seconds=31)) == 1


@pytest.mark.parametrize("verdict", ["550 no such user", "450 later", "delay", "cut"])
@pytest.mark.django_db
def test_r13_mail_that_is_refused_delayed_or_cut_is_no_success(mail_server, hasty, verdict):
    user = person("a", "a@example.org")
    notify([user.pk], text="x", at=NOON)
    send_digests(NOON)
    mail_server.verdict = verdict
    assert deliver(NOON) == 0
    assert mail_server.mails == []
    outgoing = Outgoing.objects.get()
    assert (outgoing.outcome, [a.ok for a in outgoing.answers.all()]) == ("queued", [False])
    mail_server.verdict = "250 ok"
    assert deliver(NOON + timedelta(minutes=5)) == 1


def test_r13_the_other_channels_are_tried_though_one_is_silent(robot, robot_server, hasty, county):
    """One slow group does not hold up the others of the same batch."""
    robot_server.answers = ["delay", TAKEN, TAKEN]
    for n in range(3):
        enqueue_to_groups("1.", f"{n}", at=NOON)
    assert deliver(NOON) == 2


@pytest.mark.django_db
def test_a_quick_server_is_sent_everything_in_one_run(monkeypatch, settings):
    settings.MAIL_SERVER = {
        "host": "x",
        "port": 1,
        "sender": "",
        "user": "",
        "password": "",
        "tls": 0,
    }
    taken = adapters.Answer(True, 250, "accepted")
    monkeypatch.setattr(adapters, "send_mail", lambda *_told: taken)
    letter = {"channel": "mail", "address": "a@x", "text": "x", "next_at": NOON, "created_at": NOON}
    Outgoing.objects.bulk_create(Outgoing(**letter) for _ in range(120))
    assert deliver(NOON) == 120
    assert set(Outgoing.objects.values_list("outcome", "attempts", "leased_until")) == {
        ("sent", 1, None)
    }
    assert OutgoingAnswer.objects.filter(ok=True).values("outgoing").distinct().count() == 120


def test_after_the_last_attempt_it_is_given_up(robot, robot_server):
    robot_server.answers = [REFUSED] * 8
    enqueue_to_groups("1.", "x", at=NOON)
    for day in range(9):
        deliver(NOON + timedelta(days=day))
    outgoing = Outgoing.objects.get()
    assert (outgoing.outcome, outgoing.attempts, outgoing.answers.count()) == ("given_up", 8, 8)


def test_a_leased_message_is_not_sent_by_another_worker(robot, robot_server):
    enqueue_to_groups("1.", "x", at=NOON)
    Outgoing.objects.update(leased_until=NOON + timedelta(minutes=1))
    assert deliver(NOON) == 0
    assert robot_server.received == []


@pytest.mark.parametrize(
    ("channel", "body", "ok"),
    [
        ("dingtalk", '{"errcode":0}', True),
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}', False),
        ("feishu", '{"code":0,"msg":"success"}', True),
        ("feishu", '{"StatusCode":0}', True),
        ("feishu", '{"code":19021,"msg":"sign match fail"}', False),
    ],
)
def test_signed_channels_are_judged_by_their_body(robot_server, channel, body, ok):
    robot_server.answers = [(200, {}, body)]
    url = f"http://{robot_server.netloc}/robot/send?access_token=t"
    answer = adapters.send_to_robot(adapters.Robot(channel, url, "s"), "好", timestamp=1700000000)
    assert answer.ok is ok
    path, payload = robot_server.received[0]
    assert ("sign=" in path) is (channel == "dingtalk")
    assert ("sign" in payload) is (channel == "feishu")


@pytest.mark.django_db
def test_mail_is_taken_or_its_refusal_kept(mail_server):
    user = person("a", "a@example.org")
    notify([user.pk], text="有 2 项隐患临期", at=NOON)
    send_digests(NOON)
    mail_server.verdict = "550 no such user"
    assert deliver(NOON) == 0
    mail_server.verdict = "250 ok"
    assert deliver(NOON + timedelta(minutes=5)) == 1
    assert len(mail_server.mails) == 1
    assert [a.ok for a in OutgoingAnswer.objects.order_by("id")] == [False, True]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://qyapi.weixin.qq.com.evil.example/x",
        "https://qyapi.weixin.qq.com@evil.example/x",
        "http://qyapi.weixin.qq.com/x",
        "file:///etc/passwd",
        "https://qyapi.weixin.qq.com:8443/x",
        "https://user@qyapi.weixin.qq.com/x",
        "https://qyapi.weixin.qq.com./x",
        "https://2130706433/x",
        "https://localhost/x",
        "//qyapi.weixin.qq.com/x",
        "https://[::ffff:127.0.0.1]/x",
    ],
)
def test_s35_only_the_channels_own_host_is_called(county, clerk, url):
    with pytest.raises(Invalid):
        add_robot(county, channel="wecom", name="x", url=url, secret="", actor=clerk, at=NOON)
    assert not Robot.objects.exists()


def test_robots_belong_to_who_manages_them(county, robot_server):
    stranger = Actor(2, "x", (Grant("principal", county.path),))
    with pytest.raises(Forbidden):
        add_robot(
            county, channel="wecom", name="x", url="https://x", secret="", actor=stranger, at=NOON
        )


def test_the_robots_address_is_not_readable_in_the_database(robot):
    assert "webhook" not in Robot.objects.get().sealed_url


@given(st.times(), st.times(), st.times())
def test_quiet_hours_and_their_complement_cover_the_day(clock, start, end):
    if start != end:
        assert is_quiet(clock, start, end) != is_quiet(clock, end, start)


def test_quiet_hours_may_span_midnight():
    assert is_quiet(time(23), time(20), time(7))
    assert is_quiet(time(6, 59), time(20), time(7))
    assert not is_quiet(time(7), time(20), time(7))


@given(st.integers(1, 60), st.integers(0, 10**30))
def test_waits_grow_and_stay_bounded(attempts, asked):
    assert timedelta(seconds=30) <= wait_after(attempts, asked) <= timedelta(hours=2)
    assert wait_after(attempts + 1, asked) >= wait_after(attempts, asked)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("家长 13912345678 已到", "家长 139****5678 已到"),
        ("+8613912345678、86 139-1234-5678", "+86139****5678、86 139****5678"),
        ("139 1234 5678", "139****5678"),
        ("学生110101199003077715摔倒", "学生110101****7715摔倒"),
        ("11010119900307771X，13912345678", "110101****771X，139****5678"),
        ("隐患 2026-0001，灭火器 20261123，编号 1391234567 和 139123456789", None),
    ],
)
def test_s25_personal_numbers_do_not_leave_the_house_whole(written, sent):
    """Mail and group robots go through machines of others; the inbox does not."""
    assert without_personal_numbers(written) == (sent or written)


def test_s35_a_redirect_is_not_followed(robot_server):
    robot_server.answers = [(302, {"Location": f"http://{robot_server.netloc}/inside"}, "")]
    url = f"http://{robot_server.netloc}/robot"
    answer = adapters.send_to_robot(adapters.Robot("wecom", url), "好", timestamp=0)
    assert (answer.ok, answer.status, len(robot_server.received)) == (False, 302, 1)


def test_the_mail_servers_certificate_is_checked(monkeypatch):
    """``starttls`` by itself would take any."""
    given = []

    class Server:
        def __init__(self, *_args, **_more):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_args):
            pass

        def starttls(self, context=None):
            given.append(context)
            raise ssl.SSLCertVerificationError("self-signed certificate")

    monkeypatch.setattr(adapters.smtplib, "SMTP", Server)
    answer = adapters.send_mail(adapters.MailServer("m", 587, "a@x.cn"), "b@x.cn", "好", "好")
    assert (given[0].verify_mode, given[0].check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (answer.ok, answer.status) == (False, 0)


def test_no_line_break_gets_into_a_header():
    server = adapters.MailServer("127.0.0.1", 9, "a@x.cn", tls=False)
    for to, subject in (("b@x.cn\nBcc: c@x.cn", "好"), ("b@x.cn", "好\r\nBcc: c@x.cn")):
        with pytest.raises(ValueError, match=r"linefeed|newline|carriage"):
            adapters.send_mail(server, to, subject, "好")

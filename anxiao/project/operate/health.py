"""The seven signals: quick enough to be asked every few seconds, and alike for all who ask.

``/healthz``, ``/metrics`` and ``anxiao doctor`` show the same findings.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, connection

from anxiao.foundation.jobs.queries import Lag, finished_at, lags
from anxiao.foundation.journal.models import Entry
from anxiao.foundation.journal.queries import oldest_unsealed, verify_tail
from anxiao.foundation.kernel.clock import TIMEZONE, business_day
from anxiao.foundation.messaging.queries import outbox_lag
from anxiao.foundation.orgs.queries import calendar_known
from anxiao.project.operate.findings import Finding, Level, amount, by_age, moment, span
from anxiao.project.schedule import BACKUP, SCHEDULE
from anxiao.project.sqlite.base import syncs

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DISK_WARN, DISK_FAULT = 5 << 30, 512 << 20
INODES_WARN = 0.02
OUTBOX = (15 * MINUTE, 2 * HOUR)
BACKUP_AGE = (26 * HOUR, 50 * HOUR)
UNSEALED_AGE = (45 * MINUTE, 3 * HOUR)
LATE = (5 * MINUTE, 30 * MINUTE)
"""A job is late when it is overdue by this and by twice (four times) its period."""
FAILURES = (3, 10)
NEXT_YEAR_FROM = 11
"""The State Council's notice for the next year comes in November."""
TAIL = 50
WORKER = (
    "请确认后台任务进程在运行：systemctl status anxiao-worker（容器：docker compose ps worker）。"
)
AWAY = (
    "请确认数据库在运行、地址和密码（DATABASE_URL）正确、磁盘未满；"
    "刚升级的，先运行 anxiao setup。仍不行再看日志。"
)


def database(_at: datetime) -> Finding:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Finding("database", Level.OK, f"数据库（{connection.display_name}）能够访问")


def disk(_at: datetime) -> Finding:
    """Room left where the data lies, and whether it synced all that this process wrote."""
    free = shutil.disk_usage(settings.ANXIAO_DATA).free
    if any(shared.failed for shared in syncs.values()):
        told = "磁盘写入出错，此后的提交都没有接收"
        return Finding("disk", Level.FAULT, told, "请检查磁盘和系统日志，排除后重启安校。", free)
    level = Level.FAULT if free < DISK_FAULT else Level.WARNING if free < DISK_WARN else Level.OK
    volume = os.statvfs(settings.ANXIAO_DATA)
    if volume.f_files and volume.f_favail < INODES_WARN * volume.f_files:
        level = Level.FAULT
    told = f"数据文件夹所在磁盘剩余 {amount(free)}"
    remedy = "请清理或扩大磁盘；旧备份可移到别处。剩余不足 512 MB 时随时可能无法保存，请立即处理。"
    return Finding("disk", level, told, remedy if level else "", free)


def outbox(at: datetime) -> Finding:
    """How long messages wait that could be sent."""
    lag = outbox_lag(at)
    level = by_age(lag, *OUTBOX)
    told = f"待发消息最久已等 {span(lag)}" if lag else "没有积压的待发消息"
    remedy = f"{WORKER}仍有积压的，检查本机能否访问群机器人、邮件服务器。"
    return Finding("outbox", level, told, remedy if level else "", lag.total_seconds())


def backup(at: datetime) -> Finding:
    """How old the newest backup is; a house without any is given as long as an old one."""
    last = finished_at(BACKUP)
    remedy = (
        "请运行 anxiao backup 备份文件夹，"
        "并启用每日备份（systemctl enable --now anxiao-backup.timer）。"
    )
    if last is None:
        first = Entry.objects.order_by("id").values_list("at", flat=True).first() or at
        level = max(Level.WARNING, by_age(at - first, *BACKUP_AGE))
        return Finding("backup", level, "还没有备份过", remedy, (at - first).total_seconds())
    age = at - last
    level = by_age(age, *BACKUP_AGE)
    told = f"最近一次备份在 {moment(last.astimezone(TIMEZONE))}（{span(age)}前）"
    return Finding("backup", level, told, remedy if level else "", age.total_seconds())


def journal(at: datetime) -> Finding:
    """Whether the newest links of the chain hold, and how long lines wait to be sealed."""
    verdict = verify_tail(TAIL, settings.ANXIAO_DATA / "journal-heads.log")
    oldest = oldest_unsealed()
    age = max(timedelta(), at - oldest.at) if oldest else timedelta()
    if verdict.fault:
        told = f"操作日志第 {verdict.fault.entry_id} 号与封存记录不符"
        remedy = "请立即停用系统、封存数据文件夹，运行 anxiao verify-journal，并报告审计管理员。"
        return Finding("journal", Level.FAULT, told, remedy, age.total_seconds())
    level = by_age(age, *UNSEALED_AGE)
    told = f"操作日志最新 {verdict.checked} 条封存校验无误，待封存 {verdict.unsealed} 条"
    if level:
        told += f"，最久已等 {span(age)}"
    return Finding("journal", level, told, WORKER if level else "", age.total_seconds())


def calendar(at: datetime) -> Finding:
    """Whether the public holidays of this year are known, from November on the next year's too."""
    today = business_day(at)
    years = [today.year, *([today.year + 1] if today.month >= NEXT_YEAR_FROM else [])]
    missing = [year for year in years if not calendar_known(year)]
    if not missing:
        return Finding("calendar", Level.OK, f"{'、'.join(map(str, years))} 年节假日安排已装入")
    level = Level.FAULT if today.year in missing else Level.WARNING
    told = f"缺少 {'、'.join(map(str, missing))} 年的节假日调休安排，到期日按周一至周五推算"
    remedy = (
        "国务院办公厅通知发布后，请升级安校；"
        "升级前可由教育局在“单位 → 校历”中逐日填入放假和调休上课日。"
    )
    return Finding("calendar", level, told, remedy)


def jobs(at: datetime) -> Finding:
    """Whether every periodic job runs when it should."""
    every = {job.name: job.every for job in SCHEDULE}
    found = lags(every, at)
    bad = [(_job_level(lag, every[lag.name]), lag) for lag in found]
    level = max((each for each, _lag in bad), default=Level.OK)
    latest = max((lag.late for lag in found), default=timedelta())
    value = -1.0 if latest == timedelta.max else latest.total_seconds()
    if not level:
        return Finding("jobs", level, f"{len(found)} 项定时任务都按时运行", value=value)
    told = "；".join(_job_told(lag) for each, lag in bad if each)
    return Finding("jobs", level, told, f"{WORKER}有失败的，按日志中的原因处理。", value)


def _job_level(lag: Lag, every: timedelta) -> Level:
    by_failures = sum(lag.failures >= bound for bound in FAILURES)
    warn, fault = max(LATE[0], 2 * every), max(LATE[1], 4 * every)
    return max(Level(by_failures), by_age(lag.late, warn, fault))


def _job_told(lag: Lag) -> str:
    if lag.late == timedelta.max:
        return f"{lag.name} 从未运行"
    if lag.failures:
        return f"{lag.name} 连续失败 {lag.failures} 次"
    return f"{lag.name} 已晚 {span(lag.late)}"


WITHOUT_DATABASE = {"disk", "calendar"}
Check = Callable[[datetime], Finding]
SIGNALS: dict[str, Check] = {
    "database": database,
    "disk": disk,
    "outbox": outbox,
    "backup": backup,
    "journal": journal,
    "calendar": calendar,
    "jobs": jobs,
}


LABELS = {
    "database": "数据库",
    "disk": "磁盘",
    "outbox": "待发消息",
    "backup": "备份",
    "journal": "操作日志",
    "calendar": "节假日安排",
    "jobs": "定时任务",
}


def unchecked(key: str, fault: Exception) -> Finding:
    """A check that could not be made is a fault of its own."""
    told = f"{LABELS.get(key, key)}：无法检查（{type(fault).__name__}）"
    return Finding(key, Level.FAULT, told, AWAY)


def look(key: str, at: datetime) -> Finding:
    """One signal."""
    try:
        return SIGNALS[key](at)
    except (Error, OSError) as fault:
        return unchecked(key, fault)


def health(at: datetime, keys: Iterable[str] = SIGNALS) -> list[Finding]:
    """The signals named, in their order. A database that is away is waited for once."""
    first = look("database", at)
    found = []
    for key in (key for key in SIGNALS if key in keys):
        if key == "database":
            found.append(first)
        elif first.level and key not in WITHOUT_DATABASE:
            found.append(
                Finding(key, Level.FAULT, f"{LABELS[key]}：数据库无法访问，没有检查", AWAY)
            )
        else:
            found.append(look(key, at))
    return found

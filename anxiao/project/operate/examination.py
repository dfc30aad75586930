"""What ``anxiao doctor`` looks at beyond the signals: versions, settings, clock, keys, places."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from anxiao.foundation.accounts.models import User
from anxiao.foundation.jobs.models import PeriodicRun
from anxiao.foundation.journal.models import Entry, Seal
from anxiao.foundation.journal.queries import verify_tail
from anxiao.foundation.kernel.clock import TIMEZONE
from anxiao.foundation.messaging.queries import given_up_since
from anxiao.project import env
from anxiao.project.operate.findings import Finding, Level, moment, span
from anxiao.project.operate.health import health, unchecked
from anxiao.project.operate.structure import unknown_migrations

SQLITE_MENDED = (3, 51, 3)
POSTGRESQL_OLDEST = 14
NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs"),
    *("fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "davfs", "fuse.davfs2"),
}
SKEW = timedelta(minutes=5)
CERTIFICATE = (timedelta(days=30), timedelta(days=7))
NEWEST_LINKS = 5000
WEEK = timedelta(days=7)


def sqlite_settings() -> Iterator[Finding]:
    """Version and pragmas that durability rests on."""
    with connection.cursor() as cursor:
        told = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        version = cursor.execute("SELECT sqlite_version()").fetchone()[0]
    yield judge_sqlite_version(version)
    yield from judge_sqlite_settings(told)
    kind = filesystem_of(settings.ANXIAO_DATA, Path("/proc/mounts"))
    yield judge_filesystem(kind, sqlite=True)


def judge_sqlite_version(version: str) -> Finding:
    """Versions before 3.51.3 may damage a database whose WAL is reset at the wrong moment."""
    if tuple(map(int, version.split("."))) >= SQLITE_MENDED:
        return Finding("database_version", Level.OK, f"SQLite {version}")
    told = f"SQLite {version} 低于 3.51.3，WAL 重置时有损坏数据库的已知缺陷"
    remedy = "请安装 Python 包 pysqlite3（make setup 会在 Linux 上自动安装），或改用 PostgreSQL。"
    return Finding("database_version", Level.WARNING, told, remedy)


def judge_sqlite_settings(told: dict[str, object]) -> Iterator[Finding]:
    """Each setting that is not as the product sets it."""
    wanted: dict[str, tuple[object, str]] = {
        "journal_mode": ("wal", "WAL"),
        "synchronous": (2, "FULL"),
        "foreign_keys": (1, "ON"),
    }
    wrong = [f"{name} 应为 {word}" for name, (value, word) in wanted.items() if told[name] != value]
    if not wrong:
        yield Finding("database_settings", Level.OK, "WAL，synchronous=FULL，外键检查已开")
        return
    remedy = "数据文件夹须在本机磁盘上；不要改动程序中的数据库设置。处理后重新启动。"
    yield Finding("database_settings", Level.FAULT, "；".join(wrong), remedy)


def postgresql_settings() -> Iterator[Finding]:
    """Version and settings that durability rests on."""
    names = ("server_version_num", "server_version", "synchronous_commit", "fsync")
    with connection.cursor() as cursor:
        told = {}
        for name in (*names, "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            told[name] = cursor.fetchone()[0]
    yield from judge_postgresql(told)
    kind = filesystem_of(settings.ANXIAO_DATA, Path("/proc/mounts"))
    yield judge_filesystem(kind, sqlite=False)


def judge_postgresql(told: dict[str, str]) -> Iterator[Finding]:
    """The version is supported, and a commit is on disk when it is answered."""
    version = int(told["server_version_num"]) // 10000
    level = Level.OK if version >= POSTGRESQL_OLDEST else Level.FAULT
    remedy = f"请升级到 PostgreSQL {POSTGRESQL_OLDEST} 以上。" if level else ""
    yield Finding("database_version", level, f"PostgreSQL {told['server_version']}", remedy)
    names = ("synchronous_commit", "fsync", "full_page_writes")
    off = [f"{name}=off" for name in names if told[name] == "off"]
    if not off:
        yield Finding("database_settings", Level.OK, "fsync、synchronous_commit 已开")
        return
    told_off = f"{'、'.join(off)}：断电会丢失已确认的记录"
    remedy = "请在 postgresql.conf 中改为 on，然后执行 SELECT pg_reload_conf()。"
    yield Finding("database_settings", Level.FAULT, told_off, remedy)


def filesystem_of(path: Path, mounts: Path) -> str:
    """The type of the file system that ``path`` lies on, by the table of mounts; ``""`` unknown."""
    if not mounts.exists():
        return ""
    rows = [line.split() for line in mounts.read_text().splitlines()]
    held = [
        (len(row[1]), row[2])
        for row in rows
        if path.is_relative_to(Path(row[1].replace("\\040", " ")))
    ]
    return max(held, key=lambda each: each[0])[1] if held else ""


def judge_filesystem(kind: str, *, sqlite: bool) -> Finding:
    """SQLite's WAL needs shared memory and locks that network file systems do not keep."""
    if kind not in NETWORK:
        return Finding("filesystem", Level.OK, f"数据文件夹在本机磁盘上（{kind or '未知类型'}）")
    level = Level.FAULT if sqlite else Level.WARNING
    told = f"数据文件夹在网络文件系统上（{kind}），SQLite 在其上会损坏"
    if not sqlite:
        told = f"数据文件夹在网络文件系统上（{kind}），照片和密钥随网络中断而不可用"
    return Finding("filesystem", level, told, "请停止服务，把数据文件夹移到本机磁盘，再启动。")


def migrations(_at: datetime) -> Iterator[Finding]:
    """Whether the database has the shape that the program expects."""
    if newer := unknown_migrations():
        told = f"数据库结构比程序新（{len(newer)} 处），数据来自较新版本"
        remedy = "请停止服务，换回该版本的程序，或恢复升级前的备份。"
        yield Finding("migrations", Level.FAULT, told, remedy)
        return
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        yield Finding("migrations", Level.OK, "数据库结构与程序一致")
        return
    told = f"数据库结构还有 {len(plan)} 处需要更新"
    remedy = "请先停止服务并备份，再运行 anxiao setup。"
    yield Finding("migrations", Level.FAULT, told, remedy)


def database_settings(_at: datetime) -> Iterator[Finding]:
    """What belongs to the database in use."""
    return sqlite_settings() if connection.vendor == "sqlite" else postgresql_settings()


def chain(_at: datetime) -> Iterator[Finding]:
    """The newest batch of the journal, link by link."""
    verdict = verify_tail(NEWEST_LINKS, settings.ANXIAO_DATA / "journal-heads.log")
    if verdict.fault:
        told = (
            f"操作日志第 {verdict.fault.entry_id} 号与封存记录不符（此前 {verdict.checked} 条无误）"
        )
        remedy = "请立即停用系统、封存数据文件夹，运行 anxiao verify-journal，并报告审计管理员。"
        yield Finding("journal_batch", Level.FAULT, told, remedy)
        return
    yield Finding("journal_batch", Level.OK, f"操作日志最新一批 {verdict.checked} 条逐条校验无误")


def messages(at: datetime) -> Iterator[Finding]:
    """Messages of the last week that nobody took."""
    lost = given_up_since(at - WEEK)
    level = Level.WARNING if lost else Level.OK
    told = f"近 7 天有 {lost} 条消息多次重试仍未送达" if lost else "近 7 天的外发消息没有放弃的"
    remedy = "请在“群机器人”页查看最近一次答复；邮件请检查 ANXIAO_MAIL。" if lost else ""
    yield Finding("messages", level, told, remedy)


def clock(at: datetime) -> Iterator[Finding]:
    """The clock must not lie before what was already written, in the database or on disk."""
    newest = _newest_row()
    files = [settings.ANXIAO_DATA / "keys", env.ROOT / "anxiao" / "project" / "settings.py"]
    stamps = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in files if path.exists()]
    latest = max([*stamps, *([newest] if newest else [])], default=at)
    if latest <= at + SKEW:
        yield Finding("clock", Level.OK, f"系统时间 {moment(at.astimezone(TIMEZONE))}")
        return
    told = f"系统时间比已有的记录或文件早 {span(latest - at)}"
    remedy = "请校准时间并启用自动对时（timedatectl set-ntp true），再重新启动服务。"
    yield Finding("clock", Level.FAULT, told, remedy)


def _newest_row() -> datetime | None:
    rows = (
        Entry.objects.order_by("-id").values_list("at", flat=True).first(),
        Seal.objects.order_by("-position").values_list("sealed_at", flat=True).first(),
        PeriodicRun.objects.exclude(started_at=None)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first(),
    )
    return max((row for row in rows if row), default=None)


def certificates(at: datetime) -> Iterator[Finding]:
    """Days left of the certificates that ``ANXIAO_CERTIFICATES`` names."""
    if not env.CERTIFICATES:
        told = "没有指定要检查的证书文件"
        yield Finding("certificates", Level.OK, f"{told}（ANXIAO_CERTIFICATES=证书路径，逗号分隔）")
    for path in env.CERTIFICATES:
        yield judge_certificate(path, at)


def judge_certificate(path: Path, at: datetime) -> Finding:
    """How long one certificate is still good."""
    remedy = "请续期证书并重新加载反向代理（systemctl reload nginx）。"
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as fault:
        told = f"证书 {path} 无法读取（{type(fault).__name__}）"
        return Finding("certificates", Level.WARNING, told, "请核对路径和读取权限。")
    left = found.not_valid_after_utc - at
    told = f"证书 {path.name} 还有 {left.days} 天到期"
    if left < timedelta():
        told = f"证书 {path.name} 已过期 {span(-left)}"
    level = Level.FAULT if left < CERTIFICATE[1] else Level.WARNING
    level = Level.OK if left >= CERTIFICATE[0] else level
    return Finding("certificates", level, told, remedy if level else "", left.total_seconds())


def keys(_at: datetime) -> Iterator[Finding]:
    """The folder of keys is its owner's alone, and so is every key."""
    folder = settings.ANXIAO_DATA / "keys"
    open_ones = [
        path.name
        for path in [folder, *sorted(folder.iterdir())]
        if path.stat().st_mode & 0o077 or path.stat().st_uid != os.geteuid()
    ]
    if not open_ones:
        yield Finding("keys", Level.OK, "密钥只有运行安校的账号可以读取")
        return
    told = f"密钥文件权限过宽或不属于运行安校的账号：{'、'.join(open_ones)}"
    remedy = f"请执行 chmod 700 {folder} && chmod 600 {folder}/*，并用 chown 改为运行安校的账号。"
    yield Finding("keys", Level.FAULT, told, remedy)


def secrets(_at: datetime) -> Iterator[Finding]:
    """Secrets that anybody could guess, and switches that belong to a desk."""
    weak = env.weak_secrets()
    level = Level.FAULT if weak else Level.OK
    told = "；".join(weak) if weak else "没有默认的或过弱的密钥、密码"
    remedy = "请换成随机值，例如 openssl rand -base64 48 的输出，再重新启动。" if weak else ""
    yield Finding("secrets", level, told, remedy)
    demo = User.objects.filter(is_demo=True).count()
    if demo and not settings.ANXIAO_DEMO:
        told = f"有 {demo} 个演示账号，密码人人知道（正式运行时不能登录）"
        yield Finding("demo", Level.FAULT, told, "请换一个没有建过演示县的数据文件夹。")
    if settings.DEBUG:
        yield Finding("mode", Level.FAULT, "调试模式已打开", "请去掉 ANXIAO_DEBUG，再重新启动。")
    elif settings.ANXIAO_DEMO:
        yield Finding(
            "mode", Level.WARNING, "这是演示县", "正式使用请换一个数据文件夹，不带 --demo。"
        )
    elif not env.HOSTS:
        told = "没有设置域名，只能从本机访问"
        yield Finding("mode", Level.WARNING, told, "请设置 ANXIAO_HOSTS=本单位域名。")


Examination = Callable[[datetime], Iterable[Finding]]
EXAMINATIONS: tuple[tuple[str, Examination], ...] = (
    ("database_settings", database_settings),
    ("migrations", migrations),
    ("journal_batch", chain),
    ("messages", messages),
    ("clock", clock),
    ("certificates", certificates),
    ("keys", keys),
    ("secrets", secrets),
)


def examine(at: datetime) -> Iterator[Finding]:
    """Everything, the signals first."""
    yield from health(at)
    for key, examination in EXAMINATIONS:
        try:
            yield from examination(at)
        except (Error, OSError) as fault:
            yield unchecked(key, fault)

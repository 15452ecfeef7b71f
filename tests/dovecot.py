"""Debian's Dovecot as a mailbox for tests, where it is installed."""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from imapclient import IMAPClient

from adapters.email.accounts import Mailbox, Security, Server

USER, PASSWORD = "me@mail.example.com", "secret"
_FOUND = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MISSING = None if _FOUND else "Dovecot is not installed (apt-get install dovecot-imapd)"
_SETTINGS = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_uid = {owner}
mail_gid = {owner_group}
first_valid_uid = 1
mail_location = maildir:{home}/mail
passdb {{
  driver = static
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = home={home}/mail
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """A running server with one account."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        (home / "mail").mkdir()
        is_root = os.getuid() == 0
        me = getpass.getuser()
        names = {"internal": "dovecot", "group": "dovecot", "login": "dovenull"} if is_root else {}
        owner = "nobody" if is_root else me
        if is_root:
            shutil.chown(home / "mail", "nobody", "nogroup")
        (home / "dovecot.conf").write_text(
            _SETTINGS.format(
                home=home,
                port=self.port,
                password=PASSWORD,
                owner=owner,
                owner_group="nogroup" if is_root else os.getgid(),
                **{"internal": me, "group": os.getgid(), "login": me, **names},
            )
        )

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(
            Server("127.0.0.1", self.port, Security.NONE, USER, PASSWORD), plus=True, authserv="mx"
        )

    def start(self) -> None:
        assert _FOUND is not None
        words = [_FOUND, "-F", "-c", str(self._home / "dovecot.conf")]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL)  # noqa: S603 -- a server of ours
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.client():
                    return
            except OSError:
                assert time.monotonic() < deadline, (self._home / "log").read_text()
                assert self._process.poll() is None, "Dovecot does not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    @contextlib.contextmanager
    def client(self) -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login(USER, PASSWORD)
            yield client

    def deliver(self, raw: bytes) -> None:
        with self.client() as client:
            client.append("INBOX", raw)

    def marked(self) -> list[bool]:
        """Of each mail in the folder, whether it is marked as seen."""
        with self.client() as client:
            client.select_folder("INBOX", readonly=True)
            flags = client.get_flags(client.search())
            return [b"\\Seen" in flags[uid] for uid in sorted(flags)]

    def renumber(self) -> None:
        """The folder is made anew with the same mail, as after a move to another machine."""
        with self.client() as client:
            client.select_folder("INBOX")
            uids = client.search()
            kept = [found[b"BODY[]"] for found in client.fetch(uids, ["BODY.PEEK[]"]).values()]
        self.stop()
        shutil.rmtree(self._home / "mail")
        (self._home / "mail").mkdir()
        if os.getuid() == 0:
            shutil.chown(self._home / "mail", "nobody", "nogroup")
        self.start()
        for raw in kept:
            self.deliver(raw)


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    home = Path(tempfile.mkdtemp(prefix="dovecot-"))
    home.chmod(0o755)  # its own users must get in
    made = Dovecot(home)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)

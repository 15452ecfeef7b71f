"""`.env` as `setup` writes it."""

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.env_file import write
from bot.settings import written

printable = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1)


def test_other_lines_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nONE=1\n\nexport TWO='2 # no comment'\n")
    write(tmp_path / ".env", {"ONE": "one", "THREE": "3"})
    text = (tmp_path / ".env").read_text()
    assert text.startswith("# mine\n")
    assert "\n\nexport TWO='2 # no comment'\n" in text
    assert written(tmp_path / ".env") == {"ONE": "one", "TWO": "2 # no comment", "THREE": "3"}


def test_only_its_owner_can_read_it_whatever_it_was_before(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ONE=1\n")
    (tmp_path / ".env").chmod(0o644)
    write(tmp_path / ".env", {"TWO": "2"})
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_a_link_to_it_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("ONE=1\n")
    (tmp_path / ".env").symlink_to(tmp_path / "real")
    write(tmp_path / ".env", {"TWO": "2"})
    assert (tmp_path / ".env").is_symlink()
    assert written(tmp_path / "real") == {"ONE": "1", "TWO": "2"}


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(OSError, match="directory"):
        write(tmp_path / ".env", {"ONE": "1"})
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(printable)
def test_whatever_is_written_is_read_back(tmp_path: Path, value: str) -> None:
    write(tmp_path / ".env", {"DONELOG_SECRET": value})
    assert written(tmp_path / ".env") == {"DONELOG_SECRET": value}

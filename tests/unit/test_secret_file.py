"""The installation's secret: made once, kept from everybody else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.secret_file import installation_secret


def test_it_is_made_on_the_first_run_and_stays(tmp_path: Path) -> None:
    first = installation_secret(tmp_path / "home")
    assert len(first) == 64
    assert installation_secret(tmp_path / "home") == first


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    installation_secret(tmp_path / "home")
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    assert installation_secret(tmp_path / "one") != installation_secret(tmp_path / "two")


def test_whoever_starts_at_the_same_time_gets_the_same_one(tmp_path: Path) -> None:
    homes = [tmp_path / "home"] * 32
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(installation_secret, homes))) == 1


def test_no_draft_is_left_behind(tmp_path: Path) -> None:
    installation_secret(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]

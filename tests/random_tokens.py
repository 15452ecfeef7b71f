"""A million tokens that nobody signed: none is taken for a command, an address or a code.

    python -m tests.random_tokens [COUNT]

Half are made up, half are real ones with something changed: a letter, the case of one, an end cut off, a
piece of another one, two joined.  Prints how many there were and how many were accepted; the status is 1 if
any was.
"""

import random
import string
import sys
import time
from datetime import date

from bot.tokens import SignedTokens
from domain.commands import Command, Join, NothingToday, PickOrganization, Search, StopMail
from domain.replies import Away, Back, ClaimMail

COUNT = 1_000_000
DAY = date(2026, 11, 24)
URL_SAFE = string.ascii_letters + string.digits + "-_"
BASE32 = string.ascii_lowercase + "234567"
COMMANDS: tuple[Command, ...] = (
    NothingToday(DAY),
    Join(7),
    Search("invoices", 2),
    StopMail(5),
    PickOrganization(2, DAY, 9),
    ClaimMail(DAY, 9, hers=True),
    Away("until 2026-11-30"),
    Back(),
)


def accepted(tokens: SignedTokens, count: int, seed: int) -> list[str]:
    """Those of `count` tokens that are read as something."""
    chance = random.Random(seed)  # noqa: S311 -- it makes tests, not secrets
    real = [tokens.sign_command(3, 8, each) for each in COMMANDS]
    local_parts = [tokens.mail_local_part(3, 8, version) for version in range(4)]
    codes = [tokens.connect_code(3, DAY)]
    known = {*real, *local_parts, *codes}
    found: list[str] = []
    for number in range(count // 2):
        made = _made_up(chance, URL_SAFE) if number % 2 else _changed(chance, real, URL_SAFE)
        if made not in known and tokens.read_command(made) is not None:
            found.append(made)
        local = f"done+{_made_up(chance, BASE32)}" if number % 2 else _changed(chance, local_parts, BASE32)
        if local.lower() not in known and tokens.read_mail_local_part(local) is not None:
            found.append(local)
        if number % 50 == 0:
            code = _changed(chance, codes, BASE32)
            if code.strip().lower() not in known and tokens.read_connect_code(code, DAY) is not None:
                found.append(code)
    return found


def _made_up(chance: random.Random, alphabet: str) -> str:
    return "".join(chance.choices(alphabet, k=chance.randint(1, 100)))


def _changed(chance: random.Random, real: list[str], alphabet: str) -> str:
    token = chance.choice(real)
    place = chance.randrange(len(token) - 1)
    match chance.randrange(5):
        case 0:
            letter = chance.choice(alphabet)
            return token[:place] + letter + token[place + 1 :]
        case 1:
            return token[:place]
        case 2:
            return token[:place] + chance.choice(real)[place:]
        case 3:
            return token + chance.choice(alphabet)
        case _:
            return chance.choice(real) + token


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    began = time.perf_counter()
    found = accepted(SignedTokens(["the secret of this test, which opens nothing"]), count, seed=1)
    took = time.perf_counter() - began
    sys.stdout.write(f"{count} tokens, {len(found)} accepted, {took:.1f} s\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

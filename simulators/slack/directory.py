"""`auth.test`, `team.info`, `bots.info` and the `users.*` methods."""

from simulators.slack import wire
from simulators.slack.calls import Ask, RefusedError, page_of
from simulators.slack.state import Json, User

_MOST_USERS = 1_000


def auth_test(ask: Ask) -> Json:
    workspace = ask.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": "donelog",
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def team_info(ask: Ask) -> Json:
    workspace = ask.workspace
    if ask.text("team") not in ("", workspace.team_id):
        raise RefusedError("team_not_found")
    team = {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain, "email_domain": ""}
    return {"team": team}


def bots_info(ask: Ask) -> Json:
    if ask.text("bot") != ask.workspace.bot_id:
        raise RefusedError("bot_not_found")
    return {"bot": wire.bot_profile(ask.workspace)}


def _shown(ask: Ask, user: User) -> Json:
    return wire.user_object(
        user,
        ask.state.now(),
        with_email="users:read.email" in ask.workspace.scopes,
        locale=ask.args.get("include_locale", False),
    )


def info(ask: Ask) -> Json:
    return {"user": _shown(ask, ask.user("user"))}


def list_(ask: Ask) -> Json:
    people = ask.state.people(ask.workspace)
    if "limit" not in ask.args and len(people) > _MOST_USERS:
        raise RefusedError("limit_required")
    page, cursor = page_of(people, ask, _MOST_USERS, _MOST_USERS)
    return {
        "members": [_shown(ask, user) for user in page],
        "cache_ts": int(ask.state.now().timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(ask: Ask) -> Json:
    wanted = ask.text("email").casefold()
    for user in ask.state.people(ask.workspace):
        if user.email.casefold() == wanted and not user.deleted:
            return {"user": _shown(ask, user)}
    raise RefusedError("users_not_found")

"""The app's manifest asks for what is used, and for nothing else."""

from urllib.parse import parse_qs, urlsplit

from adapters.slack.manifest import create_app_url, manifest, scopes


def test_the_link_carries_the_whole_manifest() -> None:
    link = urlsplit(create_app_url())
    query = parse_qs(link.query)
    assert (link.scheme, link.netloc, link.path) == ("https", "api.slack.com", "/apps")
    assert query["new_app"] == ["1"]
    assert query["manifest_yaml"] == [manifest()]


def test_the_scopes_are_the_least_that_the_product_needs() -> None:
    assert scopes() == {
        "channels:history",
        "chat:write",
        "chat:write.public",
        "commands",
        "groups:history",
        "im:history",
        "im:write",
        "reactions:write",
        "users:read",
    }


def test_people_can_write_to_the_app_and_no_public_address_is_needed() -> None:
    lines = {line.strip() for line in manifest().splitlines()}
    assert lines >= {
        "messages_tab_enabled: true",
        "messages_tab_read_only_enabled: false",
        "socket_mode_enabled: true",
        "always_online: false",
        "- message.im",
    }

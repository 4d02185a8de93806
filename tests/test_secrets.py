"""Where each token comes from."""

from pathlib import Path

import pytest

from powerstats_cli import secrets, settings


@pytest.mark.parametrize("table", ["homeassistant", "github"])
def test_a_token_of_systemd(table: str, tmp_path: Path) -> None:
    """The environment's token counts first, then the one of systemd, then the configured one."""
    (tmp_path / "token").write_text("of-the-file")
    (tmp_path / "credentials").mkdir()
    config = tmp_path / "powerstats.toml"
    config.write_text(
        'timezone = "UTC"\n[homeassistant]\nurl = "http://127.0.0.1:1"\nentity_id = "a.b"\n'
        f'token_file = "{tmp_path}/token"\n[github]\nrepo = "a/b"\ntoken = "of-the-configuration"\n'
    )
    read = settings.load(config)

    def token(**environment: str) -> str:
        if table == "homeassistant":
            return secrets.homeassistant_token(read, environment)
        return secrets.github_token(read.known_github, environment)

    credentials = str(tmp_path / "credentials")
    without = "of-the-file" if table == "homeassistant" else "of-the-configuration"
    assert token() == token(CREDENTIALS_DIRECTORY=credentials) == without
    (tmp_path / "credentials" / f"{table}.token").write_text("of-systemd\n")
    assert token(CREDENTIALS_DIRECTORY=credentials) == "of-systemd"
    variable = f"POWERSTATS_{table.upper()}_TOKEN"
    assert token(CREDENTIALS_DIRECTORY=credentials, **{variable: "of-the-environment"}) == (
        "of-the-environment"
    )

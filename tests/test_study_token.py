"""The server of `make study` is never open to all, whatever the reader has set for servers of their own."""

import pytest
from study import WithToken
from traitlets.config import Config

HASHED = "argon2:$argon2id$v=19$m=10240,t=10,p=8$c2FsdHNhbHRzYWx0$aGFzaGhhc2g"


def provider(section="IdentityProvider", **settings):
    return WithToken(config=Config({section: settings}))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("section", ["IdentityProvider", "PasswordIdentityProvider"])
@pytest.mark.parametrize("settings", [{}, {"token": ""}])
def test_no_token_is_replaced_by_one_that_is_printed(section, settings):
    found = provider(section, **settings)
    assert len(found.token) == 48 and found.token_generated and found.auth_enabled
    assert found.token != provider(section, **settings).token


@pytest.mark.parametrize("name", ["JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE"])
def test_empty_token_of_the_environment_is_replaced(name, monkeypatch, tmp_path):
    (tmp_path / "token").write_text("")
    monkeypatch.setenv(name, str(tmp_path / "token") if name.endswith("FILE") else "")
    found = provider()
    assert len(found.token) == 48 and found.token_generated


@pytest.mark.parametrize("section", ["IdentityProvider", "PasswordIdentityProvider"])
def test_token_of_the_readers_own_stays(section):
    found = provider(section, token="mine")
    assert found.token == "mine" and not found.token_generated


def test_password_of_the_readers_own_is_enough():
    found = provider("PasswordIdentityProvider", hashed_password=HASHED, token="")
    assert found.token == "" and found.auth_enabled

"""A token cache whose writer dies half-way still knows who is signed in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from msal_extensions import FilePersistence, PersistedTokenCache  # type: ignore[import-untyped]

from wizard.providers.token_cache import written_whole

SIGNED_IN = {"Account": {"one": {"home_account_id": "one", "username": "ada@contoso.com"}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "msal_token_cache.json"
    found.write_text(json.dumps(SIGNED_IN), encoding="utf-8")
    return found


def _dying(cache: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a token in a process that ends when the stream is opened, before anything is written."""
    monkeypatch.setattr(os, "fdopen", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        cache.add({"client_id": "x", "scope": ["y"], "token_endpoint": "https://z/t", "response": {"access_token": "t", "expires_in": 9}})


def test_whoever_is_killed_while_writing_stays_signed_in(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PersistedTokenCache(FilePersistence(str(path)))
    written_whole(cache)
    _dying(cache, monkeypatch)
    assert json.loads(path.read_text(encoding="utf-8")) == SIGNED_IN


def test_the_vendors_own_way_would_sign_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dying(PersistedTokenCache(FilePersistence(str(path))), monkeypatch)
    assert path.read_text(encoding="utf-8") == ""


def test_a_token_is_kept_with_the_file_closed_to_others(path: Path) -> None:
    cache = PersistedTokenCache(FilePersistence(str(path)))
    written_whole(cache)
    cache.add({"client_id": "x", "scope": ["y"], "token_endpoint": "https://z/t", "response": {"access_token": "t", "expires_in": 9}})
    assert "AccessToken" in json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_mode & 0o077 == 0
    assert [item.name for item in path.parent.iterdir() if item.name.endswith(".new")] == []

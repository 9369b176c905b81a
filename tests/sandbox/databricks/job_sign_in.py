"""How the vendor's CLI signs in inside a workflow job, and sends: by the job's own token or a client secret, over the local internet.

Owns the two ways that our workflows use, ``github-oidc-azure`` and ``azure-client-secret``. Only the standard library, since it runs as a
program of its own.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

Json = Any
RESOURCE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def sent_by(variables: Mapping[str, str]) -> Callable[[str, str, Any], tuple[int, Any]]:
    """``send`` to the workspace of ``DATABRICKS_HOST``, signed in as the variables say."""
    host, token = variables["DATABRICKS_HOST"].rstrip("/"), _token(variables)

    def send(method: str, path: str, body: Any) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        status, kind, answer = _asked(method, host + path, data, {"Authorization": f"Bearer {token}"})
        return status, json.loads(answer) if "json" in kind else answer

    return send


def _token(variables: Mapping[str, str]) -> str:
    form = {"client_id": variables["ARM_CLIENT_ID"], "grant_type": "client_credentials", "scope": f"{RESOURCE}/.default"}
    if variables["DATABRICKS_AUTH_TYPE"] == "github-oidc-azure":
        url = variables["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=api%3A%2F%2FAzureADTokenExchange"
        told = _asked("GET", url, None, {"Authorization": f"Bearer {variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"})
        form |= {"client_assertion_type": ASSERTION, "client_assertion": json.loads(told[2])["value"]}
    else:
        form["client_secret"] = variables["ARM_CLIENT_SECRET"]
    url = f"https://login.microsoftonline.com/{variables['ARM_TENANT_ID']}/oauth2/v2.0/token"
    status, _, answer = _asked("POST", url, urllib.parse.urlencode(form).encode(), {})
    if status != 200:
        raise SystemExit(f"Error: {variables['DATABRICKS_AUTH_TYPE']} auth: {answer.decode()}")
    return str(json.loads(answer)["access_token"])


def _asked(method: str, url: str, data: bytes | None, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
    """Status, content type and body, whatever the status."""
    request = urllib.request.Request(url, data=data, headers=dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers.get("Content-Type", ""), refused.read()

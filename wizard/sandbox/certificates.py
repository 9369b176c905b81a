"""The certificate authority of the local internet, and the bundle that makes clients trust it.

Owns the authority's key (in memory only, made anew for every run) and one TLS context per host name. Leaves are made
per name because a wildcard covers one label only: ``*.azuredatabricks.net`` is no certificate for ``adb-1.2.azuredatabricks.net``.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import trustme

if TYPE_CHECKING:
    from collections.abc import Mapping


class Certificates:
    """One authority; ``context(host)`` gives the server side's TLS context for a name."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Lakestrap sandbox", organization_unit_name="not a real authority")
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> bytes:
        """The authority's own certificate."""
        return self._authority.cert_pem.bytes()

    def context(self, host: str) -> ssl.SSLContext:
        """The context with a leaf for exactly this name; kept, so that TLS sessions can be resumed."""
        name = host.lower()
        if name not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["http/1.1"])
            self._authority.issue_cert(name, common_name=name[:64]).configure_cert(context)
            self._contexts[name] = context
        return self._contexts[name]

    def write_bundle(self, path: Path, inherited: Mapping[str, str] | None = None) -> None:
        """What a client trusts already (its ``SSL_CERT_FILE``, ``REQUESTS_CA_BUNDLE`` or certifi's list) plus our authority."""
        variables = os.environ if inherited is None else inherited
        named = (variables.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
        trusted = next((Path(name) for name in named if name and Path(name).is_file()), Path(certifi.where()))
        path.write_bytes(trusted.read_bytes() + b"\n" + self.pem)

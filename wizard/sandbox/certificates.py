"""The certificate authority of the local internet, and the bundle that makes clients trust it.

Owns the authority's key (in memory only, made anew for every run) and one TLS context per host name. Leaves are made
per name because a wildcard covers one label only: ``*.azuredatabricks.net`` is no certificate for ``adb-1.2.azuredatabricks.net``.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


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

    def write_bundle(self, path: Path) -> None:
        """What a client in the local internet trusts: our authority and no other, as the proxy leads to no other host.

        A short list is also read quickly, and many clients read it anew for every connection.
        """
        path.write_bytes(self.pem)

"""Signing keys: one RSA key for Entra ID, one for GitHub's Actions issuer.

Owns key material and the RS256 signature; knows no claim's meaning. The private keys live in the ephemeral table
``_login.keys`` so that a kept world still accepts the tokens it handed out. They must never leave the sandbox.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.sandbox.world import World

Json = Any

ISSUERS = {"github-actions": "https://token.actions.githubusercontent.com"}
"""The issuers, other than the tenant's own, whose keys the sandbox holds."""


@functools.cache
def _generated(key: str) -> str:
    """One key a name and process: making 2048 bits takes a noticeable while, and no test needs a second."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@functools.lru_cache(maxsize=16)
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    private = load_pem_private_key(pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private


def private_key(world: World, key: str = "entra") -> rsa.RSAPrivateKey:
    """The world's key of that name, made on first use."""
    table = world.table("_login.keys")
    row = table.rows.get(key)
    if row is None:
        row = {"pem": _generated(key)}
        table.rows[key] = row  # past the transaction: a refused request must not undo a key that signed something
    return _loaded(row["pem"])


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_jwk(world: World, key: str = "entra") -> dict[str, str]:
    """One public key as a JSON Web Key, with its ``kid`` (RFC 7517)."""
    numbers = private_key(world, key).public_key().public_numbers()
    modulus = _number(numbers.n)
    kid = base64.urlsafe_b64encode(hashlib.sha256(modulus.encode()).digest()).rstrip(b"=").decode()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "x5t": kid, "n": modulus, "e": _number(numbers.e)}


def public_jwks(world: World, key: str = "entra") -> dict[str, list[dict[str, str]]]:
    """The key set that an issuer publishes: ``{"keys": [...]}``."""
    return {"keys": [public_jwk(world, key)]}


def sign(world: World, claims: Mapping[str, Json], key: str = "entra") -> str:
    """A compact RS256 JWT over ``claims``, signed with the named key (``entra`` or ``github-actions``).

    With a canary its text comes first, as the claim ``cana``: nine characters in, so that base64 of the text alone is found
    in the token by a plain search.
    """
    kid = public_jwk(world, key)["kid"]
    marked = ({"cana": world.canary} if world.canary else {}) | dict(claims)
    return jwt.encode(marked, private_key(world, key), algorithm="RS256", headers={"kid": kid, "x5t": kid})


def signature_holds(world: World, token: str, key: str = "entra") -> bool:
    """Whether ``token`` was signed with the named key. Says nothing about its claims."""
    try:
        options: Json = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False, "verify_iss": False}
        jwt.decode(token, private_key(world, key).public_key(), algorithms=["RS256"], options=options)
    except jwt.InvalidTokenError:
        return False
    return True

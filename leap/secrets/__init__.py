"""Encrypted credentials: one tenant, one file, one key; the only room that runs sops.

``tenants/<t>/secrets.sops.yaml`` holds, fully encrypted,

    tenant: acme
    credentials:
      site-links: {kind: site, link_secret: ...}

The tenant's name inside is what ties the file to its folder: sops proves
neither who wrote a file nor where it belongs, so a file that was copied from
another tenant is refused after it was opened.

    places, keys, rules       where things are: files, private keys, .sops.yaml
    credentials               what a run opens, and `leap secrets set` writes
    rotated                   sealing what a vendor has rotated since, for the ledger
    keygen, recipients, rotate, edit    the other verbs
    check, structure, exposed what can be said without a key
    gitsetup, textconv, staged          git: diffs, and what may be committed
"""

from __future__ import annotations

from leap.secrets.check import check
from leap.secrets.credentials import credentials, set_credential
from leap.secrets.keygen import keygen
from leap.secrets.keys import forget_keys, key_path, take_keys
from leap.secrets.places import secrets_path
from leap.secrets.rotated import Bond, Readers, fingerprint, readers_of, seal, seed_of, unseal
from leap.secrets.sops import version

__all__ = [
    "Bond",
    "Readers",
    "check",
    "credentials",
    "fingerprint",
    "forget_keys",
    "key_path",
    "keygen",
    "readers_of",
    "seal",
    "secrets_path",
    "seed_of",
    "set_credential",
    "take_keys",
    "unseal",
    "version",
]

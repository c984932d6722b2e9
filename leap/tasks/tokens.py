"""One door to every credential: what git says, and what a vendor has rotated since.

A person writes a credential into the tenant's secrets file: its seed. Some
vendors take a refresh token once and answer with the next one. That goes into
the ledger, sealed, and lies over the seed for as long as the seed is the same;
a person who logs in again writes another seed, and git wins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

from leap.config import Declaration
from leap.domain.accounts import CredentialState, ends_soon, lives_a_day, moment_of
from leap.domain.ledger import Lease, Ledger
from leap.domain.ports import Renewal, Tokens
from leap.errors import DeferUntil, LeaseLost, LedgerError, NeedsHuman, RetrySoon
from leap.faults import point
from leap.secrets import Bond, Readers, credentials, fingerprint, readers_of, seal, seed_of, unseal

Fields = Mapping[str, str]

#: How long a runner waits for another one that renews the same tokens, which
#: takes a request or two.
_PATIENCE_SECONDS = 180.0


class Opened(Protocol):
    """What credentials need of a session."""

    @property
    def declaration(self) -> Declaration: ...

    @property
    def ledger(self) -> Ledger: ...


def tokens_for(session: Opened, tenant: str) -> Callable[[str], Tokens]:
    """Return what gives the credential of each account of ``tenant``, by its name.

    Nothing is decrypted before fields are asked for, and then once for all
    accounts. It holds secrets from then on: let go of it after use.
    """
    return tokens_of(session.declaration.root, session.ledger, tenant)


def tokens_of(root: Path, ledger: Ledger, tenant: str) -> Callable[[str], Tokens]:
    """Return what ``tokens_for`` does, where there is no session."""
    seeds = Seeds(root, tenant)
    return cache(lambda account: AccountTokens(account, seeds, ledger))


class Seeds:
    """What people wrote into the secrets file of one tenant, opened when it is first needed."""

    def __init__(self, root: Path, tenant: str) -> None:
        self.root, self.tenant = root, tenant

    def names(self) -> tuple[str, ...]:
        """Return the names of all accounts. Raises SecretError."""
        return tuple(self._opened)

    def of(self, account: str) -> Fields:
        """Return what was written for ``account``. Raises SecretError, NeedsHuman."""
        if account not in self._opened:
            message = f"{self.tenant}: secrets.sops.yaml has no account {account}"
            hint = f"run `leap secrets set {self.tenant} {account}.<field>`"
            raise NeedsHuman(message, hint=hint)
        return self._opened[account]

    @cached_property
    def readers(self) -> Readers:
        """For whom renewed tokens are sealed. Raises SecretError."""
        return readers_of(self.root, self.tenant)

    @cached_property
    def _opened(self) -> Mapping[str, Fields]:
        return {
            account: {name: value.get_secret_value() for name, value in fields.items()}
            for account, fields in credentials(self.root, self.tenant).items()
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of one credential at a moment.

    ``rotated`` are the fields that lie over the seed; none where git wins.
    """

    written: Fields = field(repr=False)
    rotated: Fields = field(repr=False)
    state: CredentialState

    @property
    def fields(self) -> Fields:
        return {**self.written, **self.rotated}

    @property
    def ends(self) -> datetime | None:
        """When the credential ends as things stand, where that is known."""
        if self.ends_anyhow is not None:
            return self.ends_anyhow
        newest = self.rotated or self.written
        known = self.state.expires_at if self.rotated else None
        return moment_of(newest.get("expires_at")) or known

    @property
    def ends_anyhow(self) -> datetime | None:
        """When the credential ends although it is used, where that is known."""
        found = self.fields
        name = "access_token_expires_at" if lives_a_day(found) else "ends_at"
        return moment_of(found.get(name))

    def is_newer_than(self, stale: Fields) -> bool:
        """Tell whether somebody has changed a field since ``stale`` was given."""
        return any(self.fields.get(name) != value for name, value in stale.items())


def find(seeds: Seeds, account: str, state: CredentialState | None) -> Found:
    """Return what there is of ``account``, of which the ledger knows ``state``.

    Raises SecretError, also where renewed tokens cannot be opened: those
    before them are of no use any more, and asking with them may end them all.
    """
    written = seeds.of(account)
    state = state or CredentialState(account)
    seed = seed_of(written, state.fields)
    if state.sealed is None or fingerprint(seeds.tenant, account, seed) != state.seed:
        return Found(written, {}, state)
    bond = Bond(seeds.tenant, account, state.generation, seed)
    return Found(written, unseal(state.sealed, bond, seeds.readers.keys), state)


def _noted(found: Found) -> datetime | None:
    """Return the end that plans shall tell of; of a token for a day only its last hours."""
    if lives_a_day(found.fields) and not ends_soon(found.ends, datetime.now(UTC), daily=True):
        return None
    return found.ends


class AccountTokens:
    """Implements ``leap.domain.ports.Tokens`` over git and the ledger; see there."""

    def __init__(self, account: str, seeds: Seeds, ledger: Ledger) -> None:
        self.account = account
        self._seeds, self._tenant, self._ledger = seeds, seeds.tenant, ledger
        self._one_at_a_time = threading.Lock()
        self._is_noted = False

    def current(self) -> Fields:
        """Return the newest fields. Raises SecretError, NeedsHuman, LedgerError."""
        found = self._find()
        if not self._is_noted:
            self._is_noted = True
            # When it was used is good to know, and no reason to stop.
            with suppress(LedgerError):
                self._ledger.credential_used(self._tenant, self.account, _noted(found))
        return found.fields

    def renewed(self, stale: Fields, renew: Callable[[Fields], Renewal]) -> Fields:
        """Return fields that are newer than ``stale``.

        Raises what ``renew`` raises, RetrySoon where another runner takes too
        long over it, SecretError and LedgerError where nothing could be stored.
        """
        with self._one_at_a_time:
            found = self._find()
            if found.is_newer_than(stale):
                return found.fields
            scope = f"credential/{self.account}"
            try:
                with self._ledger.lease(self._tenant, scope, wait=_PATIENCE_SECONDS) as lease:
                    found = self._find()
                    if found.is_newer_than(stale):
                        return found.fields
                    return self._renew(found, renew, lease)
            except LeaseLost as error:
                raise RetrySoon(error.message) from error

    def _find(self) -> Found:
        state = self._ledger.credential(self._tenant, self.account)
        return find(self._seeds, self.account, state)

    def _renew(self, found: Found, renew: Callable[[Fields], Renewal], lease: Lease) -> Fields:
        """Ask the vendor and store its answer, which nobody but it and we will know."""
        from concurrent.futures import ThreadPoolExecutor

        sent = fingerprint(self._tenant, self.account, found.fields)
        # What could not be sealed or written afterwards must fail now.
        self._sealed(found, found.fields)
        self._ledger.renewal_intended(self._tenant, self.account, sent, lease)
        point("tokens.intended")
        # Ctrl-C reaches the main thread alone, which waits here to the end of it.
        with ThreadPoolExecutor(1, "renewal") as thread:
            return thread.submit(self._ask_and_store, found, renew, sent).result()

    def _ask_and_store(self, found: Found, renew: Callable[[Fields], Renewal], sent: str) -> Fields:
        try:
            renewal = renew(found.fields)
        except (NeedsHuman, DeferUntil) as error:
            self._refused(found, sent, error)
            raise
        point("tokens.answered")
        rotated = {**found.rotated, **renewal.fields}
        bond, sealed = self._sealed(found, rotated)
        try:
            self._ledger.store_credential(
                *(self._tenant, self.account),
                seed=fingerprint(self._tenant, self.account, bond.seed),
                generation=bond.generation,
                fields=sorted(rotated),
                sealed=sealed,
                expires_at=renewal.expires_at,
            )
        except LedgerError as error:
            message = f"{self._tenant}: the renewed tokens of {self.account} could not be stored"
            hint = f"log in again once the ledger can be written ({error.message})"
            raise LedgerError(message, hint=hint) from error
        point("tokens.stored")
        return {**found.written, **rotated}

    def _sealed(self, found: Found, rotated: Fields) -> tuple[Bond, bytes]:
        seed = seed_of(found.written, rotated)
        bond = Bond(self._tenant, self.account, found.state.generation + 1, seed)
        return bond, seal(rotated, bond, self._seeds.readers.recipients)

    def _refused(self, found: Found, sent: str, error: NeedsHuman | DeferUntil) -> None:
        """Note that nothing was renewed, unless the answer to an earlier question is lost."""
        if found.state.renewing != sent or found.state.renewing_at is None:
            with suppress(LedgerError):
                self._ledger.renewal_refused(self._tenant, self.account, sent)
        elif isinstance(error, NeedsHuman):
            message = (
                f"a run that was cut off at {found.state.renewing_at:%Y-%m-%d %H:%M} UTC, while it"
                f" renewed the tokens of {self.account}, has lost them, it seems: {error.message}"
            )
            hint = error.hint or f"log in to {self.account} again"
            raise NeedsHuman(message, hint=hint) from error

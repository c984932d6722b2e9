"""Which file it is: judged with the first answer, compared with every other."""

from __future__ import annotations

from pathlib import Path

from leap.errors import ProviderError, RetrySoon
from leap.providers.transfer.answers import BeginAnew, Head
from leap.providers.transfer.chunks import Chunks, Span
from leap.providers.transfer.journal import Identity, Remembered, begin, resume
from leap.providers.transfer.output import Output
from leap.providers.transfer.values import WrongSize
from leap.providers.transfer.work import Work


def longer(declared: int | None, end: int | None) -> WrongSize:
    """Return what it means that more came than ``declared``, or than ``end`` where nothing was."""
    most = declared if declared is not None else end or 0
    message = f"the server sends more than the {most:,} bytes that were declared"
    return WrongSize(message, declared=most, sent=None)


class Admission:
    """Lets an answer in, if it is the file that was declared and begun.

    Args:
        declared: how many bytes the file has, where its source tells.
        remembered: what an earlier attempt left and is to be continued.
        ranges: whether parts of the file may be asked for.
    """

    def __init__(
        self,
        work: Work,
        output: Output,
        journal: Path,
        *,
        declared: int | None,
        remembered: Remembered | None,
        ranges: bool,
    ) -> None:
        self._work, self._output, self._journal = work, output, journal
        self._remembered = remembered
        self._identity = remembered.identity if remembered else None
        self.declared = declared
        self.ranges = ranges
        if remembered:
            work.chunks = remembered.chunks

    @property
    def condition(self) -> str:
        """The value of If-Range, empty for none."""
        return self._identity.condition if self._identity else ""

    def first(self) -> Span | None:
        """Return what to ask for in order to learn what the file is."""
        if self._remembered:
            return self._work.take()
        return Span(0, 1, 0, self._work.settings.chunk)

    def admit(self, head: Head, at: int, span: Span) -> Span:
        """Return what to keep of an answer to a request for ``span`` from byte ``at`` on.

        Nothing is to be kept of an empty file. Raises BeginAnew where it is not the file that was begun, WrongSize or another
        ProviderError where it is not the one that was declared, OSError where
        the disk refuses.
        """
        work = self._work
        with work.changed:
            size = self._size(head)
            found = Identity(size, head.etag, head.modified) if size is not None else None
            if self._identity and not (found and found.same(self._identity)):
                raise BeginAnew("the file changed while it was fetched", ranges=True)
            if not head.ranged and at > 0:
                raise BeginAnew("the server does not send parts of the file", ranges=False)
            if work.admitted:
                return span
            self.ranges = self.ranges and head.ranged
            if self._remembered:
                work.journal = resume(self._journal)
            elif not self._begin(head, found):
                return Span(0, 0, 0, 0)
            else:
                span = work.chunks.take(1 if head.ranged else len(work.chunks)) or span
            work.admitted = True
            work.changed.notify_all()
            return span

    def anew(self, problem: RetrySoon, at: int) -> BeginAnew:
        """Return what follows where a server that sends no parts broke off at byte ``at``."""
        size = self._work.chunks.size
        whole = "" if size is None else f" of {size:,}"
        message = f"{problem.message}; it broke off after {at:,}{whole} bytes and sends no parts"
        return BeginAnew(message, ranges=False)

    def _size(self, head: Head) -> int | None:
        """Return how long the file is, None where only its end tells."""
        if head.size is None:
            return self.declared
        if self.declared is not None and head.size != self.declared:
            message = f"the file has {head.size:,} bytes, not the {self.declared:,} declared"
            raise WrongSize(message, declared=self.declared, sent=head.size)
        return head.size

    def _begin(self, head: Head, found: Identity | None) -> bool:
        """Make room for the file; tell whether there is anything to fetch."""
        work, chunk = self._work, self._work.settings.chunk
        if found is None:
            if head.ranged:
                raise BeginAnew("the server does not say how long the file is", ranges=False)
            if not head.framed:
                message = "neither the source nor the server says how long the file is"
                raise ProviderError(f"{message}, so that one cut short could not be told")
        # From here on nothing that an earlier attempt left counts any more.
        self._journal.unlink(missing_ok=True)
        self._output.clear()
        work.chunks = Chunks(found.size if found else None, chunk)
        if found is not None:
            self._identity = found
            self._output.reserve(found.size)
            work.journal = begin(self._journal, found, chunk)
        work.admitted = True
        return found is None or found.size > 0

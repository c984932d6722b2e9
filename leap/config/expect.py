"""When recordings are expected, so that one that does not come is noticed."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from leap.config.model import Model, distinct, required, setting
from leap.config.moments import WEEKDAYS, Date, TimeOfDay, TimeZone, Weekday
from leap.config.units import Duration, complaint
from leap.domain.expectation import Expectation

_MOST = 100


class Expect(Model):
    """A lecture that takes place every week."""

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1), AfterValidator(distinct)] = (
        required("The days of the week.", examples=[["mon", "wed"]])
    )
    time: TimeOfDay = required("When it begins, by the clock on the wall.", examples=["10:00"])
    time_zone: TimeZone | None = setting(
        None, "Where that clock hangs; else the tenant's time zone.", examples=["Europe/Berlin"]
    )
    tolerance: Duration = setting(
        "45 min",
        "How much earlier or later its recording may begin.",
        examples=["45 min", "2 h"],
    )
    grace: Duration = setting(
        "24 h", "How long after its beginning it shall be published.", examples=["24 h", "6 h"]
    )
    first: Date | None = setting(None, "The first day, if not ever since.", examples=["2026-09-01"])
    last: Date | None = setting(None, "The last day, if there is one.", examples=["2026-12-18"])
    never: Annotated[tuple[Date, ...], Field(max_length=_MOST), AfterValidator(distinct)] = setting(
        (), "Days on which there is none.", examples=[["2026-11-04"]]
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Expect:
        if self.first and self.last and self.first > self.last:
            raise complaint("`first` is after `last`", "swap the two days", ("first", "last"))
        return self

    def expectation(self, time_zone: str) -> Expectation:
        """Return this as a value; ``time_zone`` is the tenant's."""
        return Expectation(
            weekdays=frozenset(map(WEEKDAYS.index, self.weekdays)),
            time=time.fromisoformat(self.time),
            time_zone=ZoneInfo(self.time_zone or time_zone),
            tolerance=self.tolerance,
            grace=self.grace,
            first=date.fromisoformat(self.first) if self.first else None,
            last=date.fromisoformat(self.last) if self.last else None,
            never=frozenset(map(date.fromisoformat, self.never)),
        )


Expects = Annotated[tuple[Expect, ...], Field(max_length=_MOST)]

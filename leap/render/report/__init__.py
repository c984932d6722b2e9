"""``leap report``: one static page about a repository's recordings, and the same as JSON data.

overview     what the page is made from, as values
figures      what is counted: stage times, lectures by day, week and month
charts       columns and bars as coordinates
privacy      what nobody else needs to see is taken out
deciding     what a person can decide about a recording: overrides, written already
rows         a recording as a line of the table
page         the page, from report.html, report.css and report.js
"""

from __future__ import annotations

from leap.render.report.overview import Overview, TenantOverview
from leap.render.report.page import html, json_data

__all__ = ["Overview", "TenantOverview", "html", "json_data"]

"""Plans, statuses and diagnostics as text for people and as JSON data; no decisions."""

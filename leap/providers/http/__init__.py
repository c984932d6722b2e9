"""The one HTTP layer: deadlines, retries, redirects and redaction for every vendor."""

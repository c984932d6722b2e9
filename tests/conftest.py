"""What holds for every test: no keys, no faults and no settings of this machine.

The network is limited to loopback and local sockets in pyproject.toml.
"""

from __future__ import annotations

import os

import hypothesis

#: A test that wants one of these sets it itself. LEAP_DATABASE_URL stays: the
#: whole suite runs against another Postgres with it.
for _name in ("LEAP_FAULT", "LEAP_FFMPEG", "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"):
    os.environ.pop(_name, None)

# Models come from wheels; nothing may ask a hub for them.
os.environ["HF_HUB_OFFLINE"] = "1"

# A busy machine is slow, not wrong; and what CI tries is the same each time.
hypothesis.settings.register_profile(
    "leap",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("leap")

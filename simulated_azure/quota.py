"""The read quota that Azure Backup overrides ARM's with: small, per hour, told in a header.

It is always counted and shown; whether going past it is answered with 429 is a setting.
"""

from datetime import datetime

from simulated_azure.routing import Quota
from simulated_azure.state import ServiceSettings
from simulated_azure.wire import ArmError

_REMAINING = "x-ms-ratelimit-remaining-subscription-"
_RESOURCE = _REMAINING + "resource-requests"


class Quotas:
    """What is left in each window."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[datetime, int]] = {}

    def take(self, quota: Quota, now: datetime, service: ServiceSettings) -> dict[str, str]:
        """Count one request and return the headers that tell what is left, or raise 429."""
        if quota == "writes":
            return _v2(writes=799, global_writes=11999)
        if quota == "reads":
            return _v2(reads=1099, global_reads=16499)
        size = {
            "job_reads": service.quota_job_reads,
            "operation_reads": service.quota_operation_reads,
        }[quota]
        start, used = self._windows.get(quota, (now, 0))
        if (now - start).total_seconds() >= service.quota_window_s:
            start, used = now, 0
        self._windows[quota] = (start, used + 1)
        headers = {_RESOURCE: str(max(size - used - 1, 0)), "x-ms-throttling-version": "v1"}
        if used >= size and service.quota_enforced:
            wait_s = service.quota_window_s - (now - start).total_seconds()
            headers["Retry-After"] = str(max(int(wait_s) + 1, 1))
            raise ArmError(
                429,
                "ResourceRequestsThrottled",
                "Number of requests for the resource has exceeded the limit. Please try later.",
                headers=headers,
            )
        return headers


def _v2(**remaining: int) -> dict[str, str]:
    headers = {_REMAINING + name.replace("_", "-"): str(n) for name, n in remaining.items()}
    return headers | {"x-ms-throttling-version": "v2"}

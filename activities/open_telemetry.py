"""OpenTelemetry, where a setting turns it on: is what it needs there, and does it keep secrets?

Microsoft's worker itself imports the Azure Monitor distribution, when
PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY is true; the app imports nothing of it. Without the
package the worker only logs an error, and telemetry is lost. With it spans of outgoing calls carry
whole URLs (tried with 1.8.11: `http.url` of requests and urllib3), and those of a running
operation are signed.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec

from restore.settings import Settings

ENABLED = "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"
DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
TELL_URLS = ("requests", "urllib", "urllib3")
PACKAGE = "azure-monitor-opentelemetry"


def checked(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Return the settings, with what is wrong with OpenTelemetry among their problems."""
    if environment.get(ENABLED, "").strip().lower() not in ("true", "1"):
        return settings
    problems = list(settings.problems)
    if not _is_there("azure.monitor.opentelemetry"):
        problems.append(
            f"{ENABLED} is true, and the package {PACKAGE} is not deployed. Add it to "
            "requirements.in, run `make lock`, and deploy; or set it to false."
        )
    disabled = {each.strip() for each in environment.get(DISABLED, "").split(",")}
    missing = [each for each in TELL_URLS if each not in disabled]
    if missing:
        problems.append(
            f"{DISABLED} must name {', '.join(missing)} while {ENABLED} is true: their spans "
            "carry the signed URLs of running operations."
        )
    return replace(settings, problems=tuple(problems))


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # nor is what it would be in
        return False

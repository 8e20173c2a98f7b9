"""The routes about alerts: which is which handler."""

import azure.durable_functions as df
import azure.functions as func

from restore.settings import Settings
from triggers import alert_decisions, alert_views, alerts, log
from triggers.access import Access, Deed


def blueprint(settings: Settings) -> df.Blueprint:
    """Return the HTTP triggers; they take the app's authorization level (access.py)."""
    functions, access = df.Blueprint(), Access(settings)

    @functions.route(route="alerts", methods=["POST", "OPTIONS"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.ALERT, reads=("dryRun",))
    async def receive_alert(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Record an alert, and judge it behind; answer a handshake."""
        return await alerts.receive(req, client, settings)

    @functions.route(route="alerts", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def list_alerts(req: func.HttpRequest) -> func.HttpResponse:
        """List what came, and what the rules made of it, page by page."""
        return await alert_views.show_page(req, settings)

    @functions.route(route="alerts/{id}", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def show_alert(req: func.HttpRequest) -> func.HttpResponse:
        """Show one alert, or one decision about what was held."""
        return await alert_views.show(req)

    @functions.route(route="alerts/stop", methods=["POST"])
    @log.entered
    @access.to(Deed.ASK)
    async def stop_alerts(req: func.HttpRequest) -> func.HttpResponse:
        """Stop all restores that alerts ask for, at once."""
        return await alert_decisions.stop(req, settings)

    @functions.route(route="alerts/resume", methods=["POST"])
    @log.entered
    @access.to(Deed.APPROVE)
    async def resume_alerts(req: func.HttpRequest) -> func.HttpResponse:
        """Let alerts restore again."""
        return await alert_decisions.resume(req, settings)

    @functions.route(route="holds", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def list_holds(req: func.HttpRequest) -> func.HttpResponse:
        """List what is held of each rule."""
        return await alert_views.show_holds(req)

    @functions.route(route="holds/{id}/decision", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.APPROVE)
    async def decide_about_hold(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Approve or refuse what is held of a rule."""
        return await alert_decisions.decide(req, client, settings)

    return functions

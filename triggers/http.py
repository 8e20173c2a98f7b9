"""The HTTP surface: which route is which handler. Each handler has a module of its own."""

import azure.durable_functions as df
import azure.functions as func

from restore.settings import Settings
from triggers import abandon, approvals, health, listing, log, plans, points, rejections, restores
from triggers.access import Access, Deed, log_wrong_settings


def blueprint(settings: Settings, check_identity: health.Check) -> df.Blueprint:
    """Return the HTTP triggers; they take the app's authorization level (access.py). They are
    there also while a setting is wrong, to say so. `check_identity` finds out whether the app gets
    a token for Azure."""
    log_wrong_settings(settings)
    functions, access = df.Blueprint(), Access(settings)
    _register_requests(functions, access, settings)
    _register_views(functions, access, settings)
    _register_health(functions, access, health.of_app(settings, check_identity))
    return functions


def _register_requests(functions: df.Blueprint, access: Access, settings: Settings) -> None:
    """What a person asks for and decides."""

    @functions.route(route="restores", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.ASK, starts=True)
    async def start_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Accept one restore request."""
        return await restores.start(req, client, settings)

    @functions.route(route="restores/plan", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.ASK, starts=True)
    async def plan_one_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Show what a restore would do, and restore nothing."""
        return await plans.ask(req, client, settings)

    @functions.route(route="restores/adopt", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.ASK, starts=True)
    async def adopt_one_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Follow a restore that somebody began elsewhere."""
        from triggers import adopting  # few restores are adopted

        return await adopting.adopt(req, client, settings)

    @functions.route(route="restores/{id}/cancel", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.ASK)
    async def cancel_restore_request(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Cancel one restore, if it is not too late."""
        return await restores.cancel(req, client, settings)

    @functions.route(route="restores/{id}/abandon", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.OPERATE)
    async def abandon_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Stop following one restore; its job in Azure continues."""
        return await abandon.abandon(req, client, settings)

    @functions.route(route="restores/{id}/approval", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.APPROVE)
    async def decide_about_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Approve or refuse one restore that waits for it."""
        return await approvals.decide(req, client, settings)

    @functions.route(route="rejections/{id}/put-back", methods=["POST"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.OPERATE, starts=True)
    async def put_back_rejection(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Send a message that became no request again, as the same request."""
        from triggers import put_back  # few messages fail

        return await put_back.put_back(req, client, settings)


def _register_views(functions: df.Blueprint, access: Access, settings: Settings) -> None:
    """What a person looks at."""

    @functions.route(route="restores", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def list_restores(req: func.HttpRequest) -> func.HttpResponse:
        """List the restores of the ledger, page by page."""
        return await listing.show_page(req)

    @functions.route(route="plans/{id}", methods=["GET"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.READ)
    async def show_plan(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Show a plan that took longer than its asker waited."""
        return await plans.show(req, client)

    @functions.route(route="restores/{id}", methods=["GET"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.READ)
    async def show_restore(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """Show the state of one restore."""
        return await restores.show(req, client, settings)

    @functions.route(route="events/{id}/data", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def show_event_data(req: func.HttpRequest) -> func.HttpResponse:
        """Show all data of an event that was too large for its message."""
        from triggers import events  # most events fit into their messages

        return await events.show_data(req)

    @functions.route(route="rejections", methods=["GET"])
    @log.entered
    @access.to(Deed.OPERATE)
    async def list_rejections(req: func.HttpRequest) -> func.HttpResponse:
        """List the messages that became no request, page by page."""
        return await rejections.show_page(req)

    @functions.route(route="rejections/{id}", methods=["GET"])
    @log.entered
    @access.to(Deed.OPERATE)
    async def show_rejection(req: func.HttpRequest) -> func.HttpResponse:
        """Show one message that became no request: what came, and why."""
        return await rejections.show(req)

    @functions.route(route="recovery-points", methods=["GET"])
    @functions.durable_client_input(client_name="client")
    @log.entered
    @access.to(Deed.READ)
    async def look_at_recovery_points(
        req: func.HttpRequest, client: df.DurableOrchestrationClient
    ) -> func.HttpResponse:
        """List a VM's recovery points, and say which one would be chosen."""
        return await points.show(req, client)

    @functions.route(route="openapi.json", methods=["GET"])
    @log.entered
    @access.to(Deed.READ)
    async def show_openapi_document(req: func.HttpRequest) -> func.HttpResponse:
        """Describe this HTTP surface."""
        from triggers import openapi  # its tables are built on first use, not at start

        return openapi.show(req, settings)


def _register_health(functions: df.Blueprint, access: Access, app: health.Health) -> None:
    """What a machine asks every few seconds."""

    @functions.route(route="health", methods=["GET", "HEAD"])
    @access.to(Deed.READ)
    async def show_health(req: func.HttpRequest) -> func.HttpResponse:
        """Say whether the app can do its work, and what keeps it from it."""
        del req
        return await app.show()

    @functions.route(route="live", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
    async def show_live(req: func.HttpRequest) -> func.HttpResponse:
        """Say that the app runs functions. Needs no key, and says nothing of the inside."""
        del req
        return health.live()

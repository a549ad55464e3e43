"""Where the service is, as the browser that shows the app reaches it."""

import sys
from urllib.parse import urlsplit

import streamlit as st

from ui.app.launch import SERVICE_PORT


def service_address() -> str | None:
    """The service's address; None if nobody started one beside the app, or if the way to it is not known."""
    port = next((int(one.removeprefix(SERVICE_PORT)) for one in sys.argv if one.startswith(SERVICE_PORT)), None)
    return address_beside(st.context.url, app_port=st.get_option("server.port"), service_port=port)


def address_beside(seen_at: str | None, *, app_port: int, service_port: int | None) -> str | None:
    """The address of a service that runs beside the app.

    Args:
        seen_at: the app's address in the browser.
        app_port: the port on which the app listens.
        service_port: the port on which the service listens.

    Returns:
        The same host with the service's port, if the browser reached the app at its very own port. Otherwise something
        stands between them (a proxy), and where that has the service nobody here knows.
    """
    seen = urlsplit(seen_at or "")
    if service_port is None or seen.scheme != "http" or seen.port != app_port:
        return None
    host = f"[{seen.hostname}]" if ":" in (seen.hostname or "") else seen.hostname
    return f"http://{host}:{service_port}"

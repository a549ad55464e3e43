"""How the app is started: Streamlit's command line, with everything that this installation decides."""

import sys
from pathlib import Path

_MAIN = Path(__file__).parent / "main.py"
# How the app is told of the service beside it; service.py reads it.
SERVICE_PORT = "--service-port="

# Text keeps a contrast of 4.5 to 1 on its ground in both themes, the white text of a primary button as well.
_LIGHT = {
    "primaryColor": "#0b5d6b",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f2f5f6",
    "textColor": "#1c2a2e",
    "linkColor": "#0b5d6b",
    "yellowBackgroundColor": "#fdf0b5",
    "yellowTextColor": "#664700",
    "redBackgroundColor": "#ffdeda",
    "redTextColor": "#7a0f14",
    "grayTextColor": "#55605f",
}
_DARK = {
    "primaryColor": "#1c7d8e",
    "backgroundColor": "#12191b",
    "secondaryBackgroundColor": "#1c2629",
    "textColor": "#e8eef0",
    "linkColor": "#8fd8e4",
    "yellowBackgroundColor": "#4a4112",
    "yellowTextColor": "#fbe08a",
    "redBackgroundColor": "#5c1519",
    "redTextColor": "#ffd9d6",
    "grayTextColor": "#b4c0c3",
}
# Streamlit would ask the internet for this machine's address, to welcome whoever starts it and to know its own name.
_WILDCARDS = frozenset({"0.0.0.0", "::"})
_OPTIONS = {
    "logger.hideWelcomeMessage": "true",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "theme.headingFontSizes": '["2rem", "1.4rem", "1.1rem"]',
    **{f"theme.light.{name}": value for name, value in _LIGHT.items()},
    **{f"theme.dark.{name}": value for name, value in _DARK.items()},
}


def command(host: str, port: int, *, service_port: int | None = None) -> list[str]:
    """The command that serves the app.

    Args:
        host: the address to listen on.
        port: the port to listen on.
        service_port: the port of the service that runs beside it, if one does: the app links to its pages.

    Returns:
        The program and its arguments. It asks nothing, watches no files and sends no statistics. On a wildcard address
        Streamlit does not know its own name, so it may look one up when a browser comes by a name other than localhost.
    """
    options = {"server.address": host, "server.port": str(port), **_OPTIONS}
    if host not in _WILDCARDS:
        options["browser.serverAddress"] = host
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    # What stands behind the two hyphens reaches our pages and not Streamlit.
    told = ["--", f"{SERVICE_PORT}{service_port}"] if service_port else []
    return [sys.executable, "-m", "streamlit", "run", str(_MAIN), *flags, *told]

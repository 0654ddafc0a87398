"""The address of an outside service: its own, or an emulator on this machine."""

from urllib.parse import urlsplit

LOOPBACK_PARAMETER = "crm_lineshopping_connector.loopback"
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")


def is_allowed(env, url, hosts):
    """Whether a key or token may be sent to an address.

    :param str url: full address
    :param hosts: names of the service's own hosts
    :return: true for https on one of the hosts; for this machine itself only where the
        system parameter ``crm_lineshopping_connector.loopback`` is ``1`` (tests, demo)
    """
    parts = urlsplit(url or "")
    if parts.username or parts.password:
        return False
    if parts.scheme == "https" and parts.hostname in hosts and parts.port is None:
        return True
    if parts.hostname not in LOOPBACK_HOSTS:
        return False
    parameters = env["ir.config_parameter"].sudo()
    return parameters.get_param(LOOPBACK_PARAMETER) == "1"

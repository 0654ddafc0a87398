"""What a channel (SMS, LINE, e-mail...) and a text with placeholders must offer.

Modules that own a channel add it to ``res.partner._crm_notify_channels``, modules
that own a figure about customers add it to ``res.partner._crm_merge_fields``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Notice:
    """A message that the shop owes to single customers: a one-time code, "your
    points are about to lapse". Not a campaign.

    ``texts`` maps partner id to the text to send, placeholders filled in.
    ``res_model`` and ``res_id`` name the document that the notice is about.
    """

    texts: dict[int, str]
    subject: str = ""
    purpose: str = "service"
    res_model: str = ""
    res_id: int = 0
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotifyChannel:
    """A way to reach a customer.

    ``available(partners)`` returns those of the partners it can reach now (a phone
    number is known, LINE is linked...). ``send(partners, notice)`` sends to them and
    returns those whose message it has accepted; it raises for what is wrong with the
    shop's own settings, and leaves out customers it could not reach.

    A channel that also reaches an address of nobody yet (a visitor proves a phone
    number before becoming a customer) says which kind of address that is, ``phone`` or
    ``email``, and offers ``send_to(address, text, notice)``, true when accepted. The
    texts of that notice are empty. It must queue and not wait for a server outside:
    whether a page answers fast may not tell whether a message was sent.
    """

    label: str
    available: Callable[[Any], Any]
    send: Callable[[Any, Notice], Any]
    address_kind: str = ""
    send_to: Callable[[str, str, Notice], bool] | None = None


@dataclass(frozen=True)
class MergeField:
    """A placeholder. ``resolve(partners)`` returns a dict from partner id to text for
    all of them, with a number of queries that does not grow with the partners."""

    label: str
    resolve: Callable[[Any], dict[int, str]]

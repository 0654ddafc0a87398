"""What every SMS gateway offers, and the words it answers with.

A gateway says one of three things about a message, and everything that has to do with
money hangs on telling them apart:

* accepted: it goes out and is paid for;
* refused: it never goes out and costs nothing, by this gateway at least;
* unknown: the request went out and no readable answer came. It may go out.

Only what is certain is called refused.
"""

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlencode

from odoo.tools.translate import LazyTranslate

from odoo.addons.sms.tools.sms_api import SmsApiBase

from . import mapping
from .answers import (  # noqa: F401  callers take the words from here
    GATEWAY,
    MEANINGS,
    MESSAGE,
    STATES,
    TEXT_LENGTH,
    Accepted,
    BadSignature,
    Balance,
    GatewayError,
    Refused,
    Report,
    Unknown,
    bad_login,
    bad_number,
    no_credit,
    not_taken,
)
from .transport import Lost, NotSent, Transport

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

E164 = re.compile(r"\+[1-9]\d{6,14}")
# After so many lost answers in a row the rest of a batch is not tried.
LOST_IN_A_ROW = 3


@dataclass(frozen=True)
class Settings:
    """The plain values of a gateway record: no record, no transaction is needed."""

    id: int = 0
    name: str = ""
    company_id: int = 0
    base_url: str = ""
    account: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    sender: str = ""
    route: str = "standard"
    rate: float = 0.0
    lines: int = 1
    timeout: float = 20.0
    report_url: str = field(default="", repr=False)
    plain_loopback: bool = False
    only_loopback: bool = False
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Message:
    uuid: str
    number: str
    text: str
    sender: str = ""
    report_url: str = ""


class Run:
    """A batch that several lines work on: no transaction, no record, only values.

    ``results`` are in the order of ``messages``; ``stop`` is the Refused that ends it.
    """

    def __init__(self, messages, rate):
        self.messages = messages
        self.results = [None] * len(messages)
        self.stop = None
        self._gap = 1.0 / rate if rate else 0.0
        self._next_call, self._next_place, self._lost = 0.0, 0, 0
        self._lock = Lock()

    def take(self):
        """:return: the place of the next message, None when there is none"""
        with self._lock:
            place = self._next_place
            self._next_place += 1
        return place if place < len(self.messages) else None

    def keep_pace(self):
        """Wait, so that all lines together are no faster than the gateway allows."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next_call)
            self._next_call = begin + self._gap
        time.sleep(begin - now)

    def note(self, result, error):
        """Stop where the next message would get the same answer, or none."""
        with self._lock:
            self._lost = self._lost + 1 if result["state"] == "unknown" else 0
            if isinstance(error, Refused) and error.stops:
                self.stop = error
            elif self._lost >= LOST_IN_A_ROW:
                self.stop = not_taken("Not tried: the gateway does not answer.")


class GatewayApi(SmsApiBase):
    """Base of the gateways. A gateway must say how to send one message
    (:meth:`_send_one`), and may say more: balance, query, reports.

    Carries plain values only, so that it works while no transaction is open. Not for
    several threads at once: a batch makes one for each of its lines.
    """

    # the documented address of the service
    BASE_URL = ""
    # dict of the gateway's codes to keys of MEANINGS
    CODES = {}
    # dict of the words of its reports, in capitals, to ours
    REPORT_STATES = {}
    # dict of uuid, ref, state, detail to the names of the values of its reports
    REPORT_NAMES = {"uuid": ("uuid",), "ref": (), "state": (), "detail": ()}
    can_query = False
    # whether each report proves by a signature who made it
    signs_reports = False

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        "barred_number": "sms_blacklist",
        "country_not_supported": "sms_country_not_supported",
        "insufficient_credit": "sms_credit",
        "registration_needed": "sms_registration_needed",
        "unregistered": "sms_acc",
    }

    def __init__(self, settings, env=None):
        # Odoo's own constructor asks the environment for the company
        self.env = env
        self.company = env.company if env is not None else None
        self.settings = settings
        self.transport = Transport(
            settings.timeout,
            plain_loopback=settings.plain_loopback,
            only_loopback=settings.only_loopback,
        )
        # whether a request was made for the message that is being sent
        self._went_out = False

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        """Close the connections. Those of one that is dropped close by themselves."""
        self.transport.close()

    # -- sending ---------------------------------------------------------------------

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        """Send messages, each of them once, and never raise.

        :param messages: as Odoo has them: list of ``{"content": str, "numbers":
            [{"number": str, "uuid": str}]}``, with ``"sender"`` if it is not the usual
        :param delivery_reports_url: not used: Odoo's own address of reports is open to
            anybody, each gateway has a secret one
        :return: list with one dict for every uuid: ``uuid``, ``state``, ``ref``,
            ``credit``, ``price``, ``failure_reason``, and for those refused
            ``refused_by`` (``message`` or ``gateway``)
        """
        run = Run(list(self._messages(messages)), self.settings.rate)
        lines = min(self.settings.lines, len(run.messages))
        helpers = [type(self)(self.settings) for _line in range(lines - 1)]
        threads = [Thread(target=api._work_on, args=(run,)) for api in helpers]
        for thread in threads:
            thread.start()
        self._work_on(run)
        for thread, api in zip(threads, helpers, strict=True):
            thread.join()
            api.close()
        return [
            result or self._unknown(message, "The line has failed.")
            for message, result in zip(run.messages, run.results, strict=True)
        ]

    def _work_on(self, run):
        """Send messages of a batch as long as there are any."""
        while (place := run.take()) is not None:
            message = run.messages[place]
            if run.stop:
                run.results[place] = self._refused(message, run.stop)
                continue
            result, error = self._try_one(message, run)
            run.results[place] = result
            run.note(result, error)

    def _messages(self, messages):
        for message in messages:
            for target in message.get("numbers") or []:
                yield Message(
                    uuid=target["uuid"],
                    number=(target.get("number") or "").strip(),
                    text=message.get("content") or "",
                    sender=message.get("sender") or self.settings.sender or "",
                    report_url=self._report_url(target["uuid"]),
                )

    def _report_url(self, uuid):
        """:return: where the gateway reports on this message, "" for nowhere"""
        base = self.settings.report_url
        return f"{base}?{urlencode({'uuid': uuid})}" if base else ""

    def _try_one(self, message, run):
        """:return: (result, the error that led to it or None)"""
        self._went_out = False
        try:
            self._check(message)
            run.keep_pace()
            return self._accepted(message, self._send_one(message)), None
        except Refused as error:
            return self._refused(message, error), error
        except Unknown as error:
            return self._unknown(message, error.text), error
        except Exception as error:
            # The other messages of the batch keep their answers. No traceback: it
            # could show the number.
            self._log_unreadable(error)
            if not self._went_out:
                error = not_taken("The request could not be made.")
                return self._refused(message, error), error
            return self._unknown(message, "The answer was not understood."), error

    def _check(self, message):
        if not message.number:
            raise Refused("sms_number_missing", MESSAGE, "No number.")
        if not E164.fullmatch(message.number):
            raise bad_number("Not an international number.")
        if not message.text:
            raise Refused("server_error", MESSAGE, "No text.")
        try:
            f"{message.text}{message.sender}".encode()
        except UnicodeEncodeError as error:
            text = "The text holds half a character."
            raise Refused("server_error", MESSAGE, text) from error

    def _send_one(self, message):
        """Send one message.

        :param message: Message with a valid number and a text
        :return: Accepted
        :raise Refused: it was certainly not taken
        :raise Unknown: it may have been taken; so is any other exception understood
        """
        raise NotImplementedError()

    def _accepted(self, message, accepted):
        return {
            "uuid": message.uuid,
            "state": accepted.state,
            "ref": accepted.ref or "",
            "credit": accepted.credit,
            "price": accepted.price,
            "failure_reason": False,
        }

    def _refused(self, message, error):
        return {
            "uuid": message.uuid,
            "state": error.state,
            "ref": "",
            "credit": Decimal(0),
            "price": Decimal(0),
            "failure_reason": error.text or False,
            "refused_by": error.by,
        }

    def _unknown(self, message, text):
        return {
            "uuid": message.uuid,
            "state": "unknown",
            "ref": "",
            "credit": None,
            "price": None,
            "failure_reason": text or False,
        }

    def _get_sms_api_error_messages(self):
        return {
            **super()._get_sms_api_error_messages(),
            "barred_number": _lt("This number must not get messages."),
            "country_not_supported": _lt("The country of this number is not served."),
            "insufficient_credit": _lt("No credit is left at the gateway."),
            "registration_needed": _lt("The gateway refuses the sender name."),
            "server_error": _lt("The gateway did not take the message."),
            "sms_number_missing": _lt("There is no number."),
            "unknown": _lt("Whether the gateway took the message is not known."),
            "unregistered": _lt("The gateway refuses the login."),
            "wrong_number_format": _lt("The gateway refuses the number."),
        }

    # -- asking ----------------------------------------------------------------------

    def balance(self):
        """:return: Balance, None when the gateway cannot be asked
        :raise GatewayError: no usable answer"""
        return self._readable(self._balance)

    def query(self, refs):
        """Ask what became of messages. Never sends anything.

        :param refs: dict of uuid to the gateway's id of the message, None if unknown
        :return: dict of uuid to Report; those it says nothing about are left out
        :raise GatewayError: no usable answer
        """
        return self._readable(self._query, refs)

    def _balance(self):
        return None

    def _query(self, refs):
        return {}

    def _readable(self, ask, *args):
        """:raise GatewayError: for an answer that nobody has foreseen, too"""
        try:
            return ask(*args)
        except GatewayError:
            raise
        except Exception as error:
            # no cause: it could show a number
            self._log_unreadable(error)
            raise Unknown("The answer was not understood.") from None

    def _log_unreadable(self, error):
        _logger.warning(
            "Gateway %s: not understood: %s", self.settings.id, type(error).__name__
        )

    # -- reports ---------------------------------------------------------------------

    def read_report(self, headers, values, body, url=""):
        """Read what the gateway posted to its report address.

        :param headers: mapping of the request's headers
        :param values: dict of the query and of the form
        :param bytes body: as it came
        :param str url: the address it was posted to, with its query
        :return: list of Report; empty for what is of no interest
        :raise BadSignature: it does not come from the gateway
        """
        try:
            return self._read_report(headers, values, body, url)
        except BadSignature:
            raise
        except Exception as error:
            self._log_unreadable(error)
            return []

    def _read_report(self, headers, values, body, url):
        values = {**self._json_values(body), **values}
        names = self._report_names()
        uuid, ref = (self._first(values, names[key]) for key in ("uuid", "ref"))
        state = self._report_state(self._first(values, names["state"]))
        if not state or not (uuid or ref):
            return []
        return [Report(uuid, ref, state, self._first(values, names["detail"]))]

    def _json_values(self, body):
        """:return: dict of the values in a body of JSON, empty for any other"""
        try:
            document = json.loads(body or b"{}")
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    def _first(self, values, names):
        """:return: the first of these values that is there, as text"""
        found = (mapping.pick_text(values, name) for name in names)
        return next((text[:TEXT_LENGTH] for text in found if text), "")

    def _report_names(self):
        """:return: the names of the class, and those of the record before them"""
        own = mapping.table(self.settings.options.get("own_report_names"))
        return {
            key: (*[name for left, name in own if left == key], *names)
            for key, names in self.REPORT_NAMES.items()
        }

    def report_answer(self):
        """:return: (content type, body) of the answer that the gateway demands"""
        return "text/plain", "OK"

    def _report_state(self, value, states=None):
        """:param states: dict of the gateway's words, in capitals, to ours; without
            it those of the class and of the record
        :return: our word, None for one that is not known"""
        if states is None:
            own = mapping.table(self.settings.options.get("own_states"))
            states = self.REPORT_STATES | {left.upper(): right for left, right in own}
        state = states.get(str(value or "").strip().upper())
        if state not in STATES:
            _logger.warning(
                "Gateway %s: report with the unknown state %r",
                self.settings.id,
                re.sub(r"\d{5,}", "#", str(value or ""))[:40],
            )
            return None
        return state

    # -- calls -----------------------------------------------------------------------

    def _call(self, method, path, *, headers=None, form=None, data=None, query=None):
        """Call the gateway.

        :param path: below the base address, or a whole address
        :param form: dict, sent as a form
        :param data: anything, sent as JSON
        :param query: dict, added to the address
        :return: Answer, whatever its status
        :raise Refused: the request never left
        :raise Unknown: the request went out, no whole answer came
        """
        headers = {"Accept": "application/json", **(headers or {})}
        body = None
        if form is not None:
            body = urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif data is not None:
            body = json.dumps(data, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json; charset=utf-8"
        self._went_out = True
        try:
            return self.transport.call(method, self._url(path, query), headers, body)
        except NotSent as error:
            raise Refused("server_error", GATEWAY, str(error), stops=True) from error
        except Lost as error:
            raise Unknown(str(error)) from error

    def _url(self, path, query=None):
        url = path
        if "://" not in path:
            base = self.settings.base_url or self.BASE_URL
            url = f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        return url

    def _meant(self, code, text):
        """:return: the GatewayError that a code stands for, None when it is not known;
        to be raised"""
        own = dict(mapping.table(self.settings.options.get("own_codes")))
        meaning = {**self.CODES, **own}.get(str(code))
        return MEANINGS[meaning](text) if meaning in MEANINGS else None

    def _undocumented(self, answer, text=""):
        """What an answer means that only has a status.

        :return: Refused where the status itself says that nothing was done, else
            Unknown; to be raised
        """
        status = answer.status
        text = text or f"The gateway answered {status}."
        if status in (401, 403):
            return bad_login(text)
        if status == 402:
            return no_credit(text)
        if status == 429:
            return not_taken(text)
        if status in (301, 307, 308):
            # The request was to be made elsewhere; 302 and 303 may follow the deed.
            return Refused("server_error", GATEWAY, text, stops=True)
        if 400 <= status < 500 and status not in (408, 409):
            return not_taken(text)
        return Unknown(text)

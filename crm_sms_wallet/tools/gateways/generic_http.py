"""Any gateway with an HTTP interface, described by the fields of its record.

The defaults of those fields are the protocol of the simulator server of the tests.
"""

from urllib.parse import quote

from . import mapping
from .answers import (
    MEANINGS,
    STATES,
    Accepted,
    Balance,
    Report,
    digits,
    local_thai,
    number_of,
)
from .base import GatewayApi


class HttpApi(GatewayApi):
    @property
    def can_query(self):
        return bool(self._option("query_url"))

    def _option(self, name):
        return self.settings.options.get(name) or ""

    def _values(self, message=None):
        """:return: dict of the names that templates may hold"""
        settings = self.settings
        values = {
            "account": settings.account,
            "key": settings.key,
            "secret": settings.secret,
            "route": settings.route,
        }
        if message:
            values |= {
                "number": message.number,
                "number_digits": digits(message.number),
                "number_local": local_thai(message.number),
                "text": message.text,
                "sender": message.sender,
                "uuid": message.uuid,
                "report_url": message.report_url,
            }
        return values

    def _headers(self):
        values = self._values()
        pairs = mapping.table(self._option("headers"), ":")
        return {name: mapping.fill(value, values) for name, value in pairs}

    # -- sending ---------------------------------------------------------------------

    def _send_one(self, message):
        answer = self._ask(message)
        document = self._document(answer)
        code = mapping.pick_text(document, self._option("code_path"))
        if self._is_accepted(answer, document):
            return Accepted(
                ref=mapping.pick_text(document, self._option("ref_path")),
                credit=self._number(document, "credit_path"),
                price=self._number(document, "price_path"),
            )
        text = mapping.pick_text(document, self._option("error_path"))
        codes = dict(mapping.table(self._option("codes")))
        meaning = codes.get(code) or codes.get(str(answer.status))
        if meaning in MEANINGS:
            raise MEANINGS[meaning](text or f"Code {code or answer.status}")
        raise self._undocumented(answer, text)

    def _ask(self, message):
        values = self._values(message)
        kind = self._option("format") or "json"
        method = self._option("method") or "POST"
        if kind == "json":
            content = {"data": mapping.fill_json(self._option("body"), values)}
        else:
            pairs = mapping.table(self._option("body"))
            filled = {name: mapping.fill(value, values) for name, value in pairs}
            content = {"form" if kind == "form" else "query": filled}
        return self._call(method, "", headers=self._headers(), **content)

    def _document(self, answer):
        """:return: the decoded answer; of one that is no JSON, its text"""
        document = answer.json()
        return {"text": answer.text.strip()} if document is None else document

    def _is_accepted(self, answer, document):
        """Without a word for "accepted", a status of 2xx is the word."""
        wanted = mapping.words(self._option("accepted"))
        path = self._option("state_path")
        if not wanted or not path:
            return 200 <= answer.status < 300
        return answer.status < 300 and (
            mapping.pick_text(document, path).upper() in wanted
        )

    def _number(self, document, option):
        return number_of(mapping.pick_text(document, self._option(option)))

    # -- asking ----------------------------------------------------------------------

    def _balance(self):
        url = self._option("balance_url")
        if not url:
            return None
        answer = self._get(url, self._values())
        document = self._document(answer)
        balance = Balance(
            credits=self._number(document, "balance_path"),
            money=self._number(document, "money_path"),
        )
        if answer.status >= 300 or balance == Balance():
            raise self._undocumented(answer)
        return balance

    def _query(self, refs):
        if not self.can_query:
            return {}
        found = {}
        for uuid, ref in refs.items():
            values = {**self._values(), "uuid": uuid, "ref": ref or ""}
            answer = self._get(self._option("query_url"), values)
            if answer.status in (401, 403):
                raise self._undocumented(answer)
            document = self._document(answer)
            state = self._state(document, "query_path")
            if state:
                ref = mapping.pick_text(document, self._option("ref_path")) or ref
                found[uuid] = Report(uuid, ref or "", state)
        return found

    def _get(self, url, values):
        # the names of the record stand in an address and are quoted for it
        quoted = {name: quote(str(value), safe="") for name, value in values.items()}
        return self._call("GET", mapping.fill(url, quoted), headers=self._headers())

    # -- reports ---------------------------------------------------------------------

    def _read_report(self, headers, values, body, url):
        document = {**self._json_values(body), **values}
        uuid = mapping.pick_text(document, self._option("report_uuid_path"))
        ref = mapping.pick_text(document, self._option("report_ref_path"))
        state = self._state(document, "report_state_path")
        if not state or not (uuid or ref):
            return []
        detail = mapping.pick_text(document, self._option("report_detail_path"))
        return [Report(uuid, ref, state, detail[:200])]

    def _state(self, document, option):
        states = {
            left.upper(): right
            for left, right in mapping.table(self._option("states"))
            if right in STATES
        }
        return self._report_state(
            mapping.pick_text(document, self._option(option)), states
        )

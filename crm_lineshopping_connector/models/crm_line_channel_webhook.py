import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq

from ..tools.json_values import clean

# Of the kind and the ids in an event.
TEXT_LENGTH = 100


class CrmLineChannel(models.Model):
    """What LINE tells by webhook is stored once and answered fast; a job does the
    work."""

    _inherit = "crm.line.channel"

    @api.model
    def _by_webhook_token(self, token):
        """:return: the account (superuser) of a webhook address, else empty"""
        return self.sudo().search([("webhook_token", "=", token)], limit=1)

    def _is_signed(self, body, signature):
        """:param bytes body: as it came
        :param str signature: of the header
        :return: whether LINE made it, by the channel's secret"""
        self.ensure_one()
        secret = self.sudo().channel_secret
        if not secret or not signature or not signature.isascii():
            return False
        digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return consteq(base64.b64encode(digest).decode(), signature)

    def _take_events(self, events):
        """Store events, each once, and have them worked off.

        :param events: list of dicts as LINE sends them; what is none is left out
        :return: number of new events
        """
        self.ensure_one()
        rows = [self._get_event_row(event) for event in events if event]
        rows = [row for row in rows if row]
        if not rows:
            return 0
        stored = self.env.execute_query(
            SQL(
                """INSERT INTO crm_line_event (channel_id, company_id, event_key, kind,
                          user_id, happened_at, received_at, payload, state)
                   SELECT %(channel)s, %(company)s, r.event_key, r.kind, r.user_id,
                          r.happened_at, %(now)s, r.payload::jsonb, 'new'
                     FROM unnest(%(keys)s, %(kinds)s, %(users)s, %(times)s::timestamp[],
                                 %(payloads)s)
                       AS r(event_key, kind, user_id, happened_at, payload)
              ON CONFLICT DO NOTHING RETURNING id""",
                channel=self.id,
                company=self.company_id.id,
                now=fields.Datetime.now(),
                keys=[row["key"] for row in rows],
                kinds=[row["kind"] for row in rows],
                users=[row["user"] for row in rows],
                times=[row["at"] for row in rows],
                payloads=[row["payload"] for row in rows],
            ),
        )
        if stored:
            self.env["crm.line.event"]._trigger()
        return len(stored)

    @api.model
    def _get_event_row(self, event):
        """:return: dict of key, kind, user (None for groups), at, payload (text); None
        for what is no event"""
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            return None
        event = clean(event)
        payload = json.dumps(event, ensure_ascii=False, sort_keys=True)
        key = event.get("webhookEventId")
        if not key or not isinstance(key, str):
            key = hashlib.sha256(payload.encode()).hexdigest()
        source = event.get("source")
        source = source if isinstance(source, dict) else {}
        user = source.get("userId") if source.get("type") == "user" else None
        return {
            "key": key[:TEXT_LENGTH],
            "kind": event["type"][:TEXT_LENGTH],
            "user": user[:TEXT_LENGTH] if isinstance(user, str) and user else None,
            "at": self._get_event_time(event.get("timestamp")),
            "payload": payload,
        }

    @api.model
    def _get_event_time(self, milliseconds):
        """:return: UTC; now for what is no time of the past"""
        now = fields.Datetime.now()
        if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
            return now
        try:
            at = datetime(1970, 1, 1) + timedelta(milliseconds=milliseconds)
        except OverflowError:
            return now
        # a clock that is ahead must not make later events look old
        return min(at, now)

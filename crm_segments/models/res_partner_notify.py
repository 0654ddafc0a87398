import re

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import person_name
from ..tools.notify import MergeField, Notice

# How a member is called when neither nickname nor first name is known.
NAMELESS = "ลูกค้า"
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class ResPartner(models.Model):
    _inherit = "res.partner"

    # -- channels -------------------------------------------------------------------

    @api.model
    def _crm_notify_channels(self):
        """The ways to reach a customer; modules that own one add it here.

        :return: dict of channel key (``sms``, ``line``...) to ``NotifyChannel``
        """
        return {}

    def _crm_notify(self, channels, text, **notice):
        """Send each of these customers a message by the first channel that takes it.

        :param channels: a channel key, or several in the order to try
        :param str text: may hold placeholders, see :meth:`_crm_merge_fields`
        :param notice: further fields of ``Notice``: subject, purpose, res_model,
            res_id, options. For any purpose but ``service`` only those who agreed to
            it get the message.
        :return: dict of partner id to the key of the channel that took the message,
            False where none did
        :raise UserError: for an unknown channel or placeholder; nothing is sent then
        """
        order = [channels] if isinstance(channels, str) else list(channels)
        known = self._crm_notify_channels()
        for key in order:
            if key not in known:
                raise UserError(self._crm_unknown_channel_error(key, known))
        notice = Notice(texts=self._crm_render(text), **notice)
        result = dict.fromkeys(self.ids, False)
        waiting = self
        if notice.purpose != "service":
            waiting = self._crm_consent_given(notice.purpose)
        for key in order:
            reachable = waiting and known[key].available(waiting)
            taken = reachable and known[key].send(reachable, notice)
            if taken:
                result.update(dict.fromkeys(taken.ids, key))
                waiting -= taken
        return result

    @api.model
    def _crm_address_channels(self, kind):
        """:param str kind: ``phone`` or ``email``
        :return: the keys of the channels that reach an address of this kind, whoever
            it belongs to"""
        return [
            key
            for key, channel in self._crm_notify_channels().items()
            if channel.address_kind == kind and channel.send_to
        ]

    @api.model
    def _crm_notify_address(self, kind, address, text, **notice):
        """Send a message to an address that need not be a customer's.

        Only what the owner of the address has just asked for (a one-time code) may be
        sent so: nobody's consent is asked here.

        :param str kind: ``phone`` (in international form) or ``email``
        :param str text: sent as it is, without placeholders
        :param notice: further fields of ``Notice``
        :return: key of the channel that took the message, False if none did
        """
        known = self._crm_notify_channels()
        for key in self._crm_address_channels(kind):
            if known[key].send_to(address, text, Notice(texts={}, **notice)):
                return key
        return False

    def _crm_unknown_channel_error(self, key, known):
        """:return: what to tell whoever asked for a channel that is not there"""
        labels = ", ".join(channel.label for channel in known.values())
        return self.env._(
            "There is no channel “%(key)s” to reach customers. Installed: %(labels)s.",
            key=key,
            labels=labels or self.env._("none"),
        )

    # -- placeholders ---------------------------------------------------------------

    @api.model
    def _crm_merge_fields(self):
        """The placeholders of messages; modules add theirs.

        :return: dict of token to ``MergeField``; ``{token}`` stands for it in a text
        """
        return {
            "nickname": MergeField(
                self.env._("Nickname, or first name"), self._crm_resolve_nickname
            ),
            "call_name": MergeField(
                self.env._("คุณ and nickname, or first name"),
                self._crm_resolve_call_name,
            ),
            "first_name": MergeField(
                self.env._("First name"), self._crm_resolver("first_name", "name")
            ),
            "last_name": MergeField(
                self.env._("Last name"), self._crm_resolver("last_name")
            ),
            "name": MergeField(self.env._("Full name"), self._crm_resolver("name")),
            "member_number": MergeField(
                self.env._("Member number"), self._crm_resolver("member_number")
            ),
            "shop": MergeField(
                self.env._("Name of the shop"),
                lambda partners: dict.fromkeys(partners.ids, self.env.company.name),
            ),
        }

    def _crm_render(self, text):
        """Fill the placeholders of a text for all of these partners at once.

        Braces around anything that is not a lower-case word stay as they are.

        :return: dict of partner id to text
        :raise UserError: when the text has an unknown placeholder
        """
        tokens = self._crm_check_placeholders(text)
        known = self._crm_merge_fields()
        values = {token: known[token].resolve(self) for token in tokens}

        def rendered(partner_id):
            return PLACEHOLDER.sub(
                lambda match: values[match.group(1)].get(partner_id) or "", text
            )

        return {partner_id: rendered(partner_id) for partner_id in self.ids}

    @api.model
    def _crm_check_placeholders(self, text):
        """:return: the set of tokens used in ``text``
        :raise UserError: when one is unknown, with the list of the known ones
        """
        tokens = set(PLACEHOLDER.findall(text or ""))
        known = self._crm_merge_fields()
        if unknown := sorted(tokens - known.keys()):
            raise UserError(
                self.env._(
                    "The text has placeholders that do not exist: %(unknown)s.\n"
                    "These can be used: %(known)s.",
                    unknown=", ".join(f"{{{token}}}" for token in unknown),
                    known=", ".join(f"{{{token}}}" for token in known),
                )
            )
        return tokens

    @api.model
    def _crm_resolver(self, *fnames):
        """:return: a resolver taking the first field of these that has a value"""

        def resolve(partners):
            return {
                partner.id: next((partner[f] for f in fnames if partner[f]), "")
                for partner in partners
            }

        return resolve

    @api.model
    def _crm_resolve_nickname(self, partners):
        def nickname(partner):
            first = person_name.without_title(partner.first_name)
            company = partner.is_company and partner.name
            return partner.nickname or first or company or NAMELESS

        return {partner.id: nickname(partner) for partner in partners}

    @api.model
    def _crm_resolve_call_name(self, partners):
        names = self._crm_resolve_nickname(partners)
        return {partner_id: f"คุณ{name}" for partner_id, name in names.items()}

import re

from odoo import fields, models

from ..tools import sms_links, sms_text

# Around the name by which people know a shop.
LEGAL_FORMS = re.compile(
    r"บริษัท|ห้างหุ้นส่วนจำกัด|หจก\.?|จำกัด|\(มหาชน\)|\bco\.?\s*,?\s*ltd\.?|\bltd\.?|\binc\.?"
    r"|\bcompany\b|\blimited\b|\bpcl\.?",
    re.IGNORECASE,
)
# Other words that tell how to end the advertising, with a number to call or dial.
WAY_OUT = re.compile(
    r"(ยกเลิก|ไม่รับ|ปฏิเสธ|หยุดรับ|opt.?out|unsubscribe|stop)\D{0,40}[*\d]", re.IGNORECASE
)
BLOCK, WARN = "block", "warn"


class ResCompany(models.Model):
    """Whether a text may be sent as advertising."""

    _inherit = "res.company"

    sms_link_check = fields.Selection(
        [("warn", "Warn"), ("block", "Do not send")],
        "Links That Are Not Registered",
        default="warn",
        prefetch="sms_law",
        help="What happens with texts that show web addresses which are not "
        "registered for the sender name. Operators block them.",
    )
    sms_brands = fields.Char(
        "Names in Messages",
        prefetch="sms_law",
        help="Advertising must say whose it is. Names of the shop as customers know "
        "it, separated by commas; empty: the name of the company.",
    )

    def _sms_text_warnings(self, text, sender=None, purpose="marketing_sms"):
        """What is wrong with a text before it is sent.

        :param str text: as it is written, with placeholders, or as it is sent
        :param sender: crm.sms.sender, or its name; None when nobody chose one
        :param str purpose: of ``crm.consent``; shop's name and opt-out are asked of
            advertising only
        :return: list of (level, message): ``block`` when it must not be sent
        """
        self.ensure_one()
        company = self.sudo()
        text = text or ""
        sender = company._sms_sender(sender)
        found = [*company._sms_bad_links(text)]
        found += company._sms_unregistered(text, sender)
        found += company._sms_sender_warnings(sender)
        if purpose.startswith("marketing"):
            found += company._sms_advertising_warnings(text)
        return found

    def _sms_sender(self, sender):
        """:param sender: crm.sms.sender, a name or nothing: that of the first gateway
        :return: crm.sms.sender of the company, empty when the name is not registered
        """
        senders = self.env["crm.sms.sender"].sudo()
        if not sender:
            gateways = self.env["crm.sms.gateway"].sudo()._of_company(self)
            sender = gateways[:1].sender
        if not sender:
            return senders
        if not isinstance(sender, str):
            return sender.sudo()
        domain = [("company_id", "=", self.id), ("name", "=ilike", sender)]
        return senders.search(domain, limit=1)

    def _sms_bad_links(self, text):
        """Links that no operator takes, whatever is registered."""
        for address in sms_text.addresses(text):
            if sms_text.is_shortener(address):
                yield (
                    BLOCK,
                    self.env._(
                        "%(url)s is a shortener that anybody can use. Operators block "
                        "messages with it: write the shop's own address.",
                        url=address,
                    ),
                )
            elif sms_text.has_user(address):
                yield (
                    BLOCK,
                    self.env._("%(url)s hides where it leads to.", url=address),
                )
            elif sms_text.is_download(address):
                yield (
                    BLOCK,
                    self.env._(
                        "%(url)s leads to a file. Links in messages must lead to a "
                        "page.",
                        url=address,
                    ),
                )

    def _sms_unregistered(self, text, sender):
        """Addresses that the operators do not know of this sender."""
        shown = sms_text.addresses(text)
        base = self._sms_link_base()
        if shown or "{optout}" in text or "{link}" in text:
            shown.append(base)
        if not shown:
            return []
        if not sender:
            return [
                (
                    WARN,
                    self.env._(
                        "The text shows links, and no registered sender name is "
                        "chosen: whether they are registered is not known."
                    ),
                )
            ]
        patterns = sender._registered_patterns()
        missing = {
            sms_text.host_and_path(address)[0]
            for address in shown
            if not sms_text.is_registered(address, patterns)
            and not sms_text.is_shortener(address)
        }
        return [
            (
                self.sms_link_check or WARN,
                self.env._(
                    "Links to %(host)s are not registered for the sender "
                    "%(sender)s: operators may block the message.",
                    host=host,
                    sender=sender.name,
                ),
            )
            for host in sorted(missing)
        ]

    def _sms_sender_warnings(self, sender):
        name = sender.name
        if sender and sender.situation == "open":
            yield WARN, self.env._("The sender %(name)s is not registered.", name=name)
        elif sender and sender.situation == "overdue":
            yield (
                WARN,
                self.env._("The registration of %(name)s has ended.", name=name),
            )

    def _sms_advertising_warnings(self, text):
        """What the law asks of advertising: whose it is, and how to refuse more."""
        if "{shop}" not in text and not sms_text.names_brand(text, self._sms_names()):
            yield (
                WARN,
                self.env._(
                    "The text does not name the shop (%(names)s).",
                    names=", ".join(self._sms_names()),
                ),
            )
        page = sms_links.opt_out_url(self._sms_link_base(), "")
        if "{optout}" in text or page in text or WAY_OUT.search(text):
            return
        yield (
            BLOCK,
            self.env._(
                "Advertising must say how to refuse more of it: put {optout} into "
                "the text."
            ),
        )

    def _sms_names(self):
        """:return: list of the names by which customers know the shop"""
        given = [name.strip() for name in (self.sms_brands or "").split(",")]
        names = [name for name in given if name]
        return names or [" ".join(LEGAL_FORMS.sub(" ", self.name).split()) or self.name]

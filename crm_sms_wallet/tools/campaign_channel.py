"""How a kind of message reaches customers: what address, and who wants it."""

from dataclasses import dataclass

from odoo.tools import SQL

# Telephones of Thailand that take messages; numbers of other countries are believed.
THAI_MOBILE = r"^\+66[689][0-9]{8}$"


@dataclass(frozen=True)
class CampaignChannel:
    """A kind of message, for the statement that notes the recipients.

    :ivar purpose: the consent that is needed, a key of ``crm.consent.purpose``
    :ivar SQL address: of the customer ``p`` (res_partner), NULL for none
    :ivar reasons: pairs (skip reason, SQL condition on ``p`` and ``a.address``), the
        first that is true counts; consent is asked after them
    """

    purpose: str
    address: SQL
    reasons: tuple = ()


def sms_channel(stopped):
    """:param SQL stopped: selects the numbers that asked to stop"""
    return CampaignChannel(
        purpose="marketing_sms",
        address=SQL("p.phone_sanitized"),
        reasons=(
            ("no_number", SQL("COALESCE(p.phone, '') = ''")),
            (
                "bad_number",
                SQL(
                    "a.address IS NULL OR a.address LIKE %s AND a.address !~ %s",
                    "+66%",
                    THAI_MOBILE,
                ),
            ),
            # looked up by an index for each, where the list is too long for a hash
            (
                "stopped",
                SQL(
                    "EXISTS (SELECT FROM (%s) s WHERE s.number = a.address)",
                    stopped,
                ),
            ),
        ),
    )


def mail_channel():
    return CampaignChannel(
        purpose="marketing_email",
        address=SQL("p.email_normalized"),
        reasons=(
            ("no_email", SQL("COALESCE(p.email, '') = ''")),
            ("bad_email", SQL("a.address IS NULL")),
            (
                "blacklisted",
                SQL(
                    """EXISTS (SELECT FROM mail_blacklist b
                                WHERE b.active AND b.email = a.address)"""
                ),
            ),
        ),
    )

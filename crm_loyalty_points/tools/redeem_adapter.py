"""A member who redeems a reward, as the conditions see it: there is no document."""

from .document_adapter import DocumentAdapter


class RedeemAdapter(DocumentAdapter):
    """:param card: loyalty.card of the member
    :param company: res.company that gives the reward
    :param branch: crm.branch where the member is, or empty
    :param channel: crm.team, or empty
    """

    kind = "redeem"

    def __init__(self, card, company, branch=None, channel=None):
        self.company_of_card = company
        self.branch, self.channel = branch, channel
        super().__init__(card)

    def _get_company(self):
        return self.company_of_card

    def _get_currency(self):
        return self.company_of_card.currency_id

    def is_first_order(self):
        customer = self.get_customer()
        return not customer._has_bought_before(self.company)

    def _get_circumstances(self):
        moment = self.company._get_local_moment()
        return {
            "day": moment.date(),
            "moment": moment,
            "partner": self.document.partner_id.id or None,
            "branch": self.branch.id if self.branch else None,
            "channel": self.channel.id if self.channel else None,
        }

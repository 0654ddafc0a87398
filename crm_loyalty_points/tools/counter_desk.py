"""Where somebody serves members: what the counter page has checked about a request."""

from typing import Any, NamedTuple


class Desk(NamedTuple):
    """All of it was read on the server, nothing is taken from the request unchecked.

    :ivar shop: crm.shop of the company
    :ivar staff: crm.branch.staff of the user, active
    :ivar branch: crm.branch at which this person works
    """

    shop: Any
    staff: Any
    branch: Any

    @property
    def company(self):
        return self.shop.company_id

    def in_context(self, context):
        """:return: Desk with what `context` says, of its own company"""
        company_ids = self.company.ids
        return Desk(
            *(
                record.with_context(context, allowed_company_ids=company_ids)
                for record in self
            )
        )

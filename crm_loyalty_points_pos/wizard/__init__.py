from . import loyalty_prepaid_refund

from . import base_partner_merge
from . import loyalty_card_statement
from . import loyalty_card_update_balance
from . import loyalty_generate_wizard
from . import loyalty_by_hand
from . import loyalty_card_adjust
from . import loyalty_card_transfer
from . import loyalty_point_refusal

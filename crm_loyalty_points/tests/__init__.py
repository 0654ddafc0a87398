from . import test_basket
from . import test_demo
from . import test_ledger_post
from . import test_ledger_proof
from . import test_ledger_reversal
from . import test_loyalty_card
from . import test_parity
from . import test_partner_merge

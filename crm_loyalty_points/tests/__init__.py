from . import test_basket
from . import test_demo
from . import test_ledger_post
from . import test_parity

from . import test_pos_conditions
from . import test_pos_earn
from . import test_pos_pending
from . import test_pos_refund
from . import test_pos_spend
from . import test_till_tours
from . import test_till_parity
from . import test_pos_redeem

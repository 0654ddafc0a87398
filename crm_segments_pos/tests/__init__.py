from . import test_customer_order
from . import test_pos_metrics
from . import test_pos_payment

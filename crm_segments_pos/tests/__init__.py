from . import test_customer_order
from . import test_pos_metrics

from . import test_customer_order
from . import test_pos_merge
from . import test_pos_metrics
from . import test_pos_payment
from . import test_pos_recognised
from . import test_pos_search_random

from . import test_stock_return
from . import test_reward_parcel
from . import test_branch_warehouse

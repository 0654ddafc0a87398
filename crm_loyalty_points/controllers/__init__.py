from . import member_common
from . import member_look
from . import member_code
from . import member_home
from . import member_orders
from . import member_own_common
from . import member_profile
from . import member_rewards

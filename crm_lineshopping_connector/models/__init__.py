from . import crm_line_channel
from . import crm_line_channel_api
from . import crm_line_event
from . import crm_line_message
from . import crm_line_user
from . import crm_lineshopping_event
from . import crm_lineshopping_order
from . import crm_lineshopping_shop

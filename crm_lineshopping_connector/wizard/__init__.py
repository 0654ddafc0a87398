from . import crm_line_user_link
from . import crm_lineshopping_buyer
from . import crm_lineshopping_refusal
from . import crm_lineshopping_since
from . import crm_customer_search_line

from . import res_company
from . import crm_branch
from . import crm_customer_group
from . import ir_sequence
from . import res_partner
from . import res_partner_member
from . import res_users
from . import sale_order

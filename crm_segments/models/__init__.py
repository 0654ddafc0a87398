from . import res_company
from . import res_partner
from . import crm_branch
from . import sale_order

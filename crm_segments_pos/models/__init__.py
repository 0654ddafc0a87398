from . import crm_branch
from . import crm_customer_metric
from . import pos_config
from . import pos_order
from . import pos_order_metric
from . import res_config_settings
from . import res_partner
from . import res_partner_products

from . import crm_line_user_link

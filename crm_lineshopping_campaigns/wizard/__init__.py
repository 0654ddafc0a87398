from . import mailing_campaign_send

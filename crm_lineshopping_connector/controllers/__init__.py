from . import line_webhook

-- a copy of a database writes to nobody, asks no service and takes no webhook
UPDATE crm_line_channel
   SET access_token = NULL, channel_secret = NULL,
       webhook_token = md5(random()::text || id::text);
UPDATE crm_lineshopping_shop
   SET api_key = NULL, webhook_secret = NULL,
       webhook_token = md5(random()::text || id::text);

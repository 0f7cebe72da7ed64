mod mail_templates;

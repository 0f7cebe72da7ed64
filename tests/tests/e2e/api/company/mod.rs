mod invitations;
mod mail_templates;

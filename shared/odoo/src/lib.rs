//! odoo

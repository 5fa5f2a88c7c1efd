//! A real Odoo 19 with PostgreSQL.

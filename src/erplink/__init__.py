"""Link CRM records to ERP records and keep them in step."""

__version__ = "0.1.0.dev0"

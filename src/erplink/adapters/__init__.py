"""The only code that knows a driver; nothing inside erplink imports it."""

"""The app has no tables; its migrations are for Django to know its permissions."""

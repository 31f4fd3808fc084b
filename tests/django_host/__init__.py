"""A real Django project, as a host has one."""

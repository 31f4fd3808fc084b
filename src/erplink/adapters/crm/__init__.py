"""The CRM's side: what a host need not write itself."""

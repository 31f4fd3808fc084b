"""Matching by what libraries know: likeness, phone numbers, VAT and company numbers."""

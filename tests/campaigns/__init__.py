"""Campaigns, told as stories."""

"""Onboard offline customer data: files in, validated events and order state out."""

"""Filings, their events and seals on DynamoDB."""

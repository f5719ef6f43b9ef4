"""Accounts, sessions, the audit log and prepared downloads on DynamoDB and S3."""

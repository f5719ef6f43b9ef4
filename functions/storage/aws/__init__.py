"""The adapter for the cloud: one DynamoDB table and one S3 bucket; only `session` makes botocore's clients."""

"""The adapter for the cloud: one DynamoDB table and one S3 bucket; botocore's clients are made by `session` alone."""

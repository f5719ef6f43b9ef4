"""The adapter for the cloud: one DynamoDB table and one S3 bucket; boto3 is imported by `session` alone."""

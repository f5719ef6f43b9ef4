"""Around every request: limits, headers, access log, the gateway on AWS."""

"""SpanStatistics component."""

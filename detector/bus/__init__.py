"""The message bus: comments in from Redis Streams, Kafka, NATS JetStream or files; verdicts out the same ways."""

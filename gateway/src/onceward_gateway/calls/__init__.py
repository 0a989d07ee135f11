"""Model calls: idempotency keys, running calls, their event streams, settlement and failover."""

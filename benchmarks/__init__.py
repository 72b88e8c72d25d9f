"""Measurements behind docs/performance.md. Loopback only; bounded in count and time; each stops by itself."""

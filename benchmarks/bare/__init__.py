"""The yardstick: the least that a Django view can do which parses the same JSON and inserts one row of the same size."""

"""For who watches over Wegwijs: figures for Prometheus, numbers of requests, and traces. Never a word of anybody."""

"""An addon for mitmproxy that judges what goes by: `mitmdump -s "$(python -m conformance.watch)"` (docs/live.md)."""

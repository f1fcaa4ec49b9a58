"""What a resident does with an advice: keep it, print it, plan a visit, share it, say whether it was useful."""

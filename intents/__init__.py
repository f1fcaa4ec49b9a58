"""Understands: text in, themes, signals, act, language and facts out. Knows nothing of referral or channels."""

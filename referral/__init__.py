"""Decides who helps: facts in, the next question or the referral out. Knows nothing of chat or language."""

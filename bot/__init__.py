"""Talks: composes understanding and referral into a conversation, over several channels."""

"""The desk: what staff see of the conversations handed over to their team, and what they do with them."""

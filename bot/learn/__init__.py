"""Learns from what staff put right: corrections become proposals, a person reviews them, nothing may get worse."""

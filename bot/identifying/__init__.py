"""Finds in a text what tells who somebody is: numbers, addresses of mail and of houses, dates of birth."""

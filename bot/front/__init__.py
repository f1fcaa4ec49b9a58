"""The front of the house: what every request passes before it reaches a channel or the desk, and every answer after."""

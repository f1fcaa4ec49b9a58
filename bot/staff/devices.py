"""What somebody works on, in words: "Firefox op Windows"."""

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "een iPhone"), ("iPad", "een iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "een Mac"), ("CrOS", "een Chromebook"), ("Linux", "Linux"))  # fmt: skip


def device(user_agent: str | None) -> str:
    """Return browser and system of what a browser says of itself."""
    said = user_agent or ""
    browser = next((name for sign, name in _BROWSERS if sign in said), "Een onbekende browser")
    system = next((name for sign, name in _SYSTEMS if sign in said), None)
    return f"{browser} op {system}" if system else browser

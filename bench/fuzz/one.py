"""One target under atheris, in this process: `python -m bench.fuzz.one TARGET [options of libFuzzer]`."""

import sys

import atheris

with atheris.instrument_imports(include=["bot", "intents", "referral"]):
    from bench.fuzz.targets import TARGETS

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()

"""What we build on is listed by command, whole and valid."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKED = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M))
STRONG = ("AGPL", "SSPL", "Commons Clause")  # licences that our users could not keep to


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with what `.ci/sbom` writes."""
    folder = tmp_path_factory.mktemp("papers")
    environment = {"PYTHON_BIN": str(Path(sys.executable).parent), "PATH": "/usr/bin:/bin"}
    subprocess.run([ROOT / ".ci/sbom", folder, "--without-audit"], check=True, env=environment, timeout=120)
    return folder


def test_the_sbom_is_valid_cyclonedx_and_names_every_locked_package_with_its_hashes(papers):
    told = json.loads((papers / "sbom.json").read_text("utf-8"))  # that it is valid the command itself makes sure of
    components = told["components"]

    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert "result is schema-valid" in (papers / "sbom.log").read_text("utf-8")
    assert {one["name"]: one["version"] for one in components} == LOCKED
    assert all(one["externalReferences"][0]["hashes"] for one in components)
    assert {one["purl"] for one in components} == {f"pkg:pypi/{name}@{version}" for name, version in LOCKED.items()}


def test_every_installed_package_has_a_licence_that_our_users_can_keep_to(papers):
    rows = (papers / "licences.md").read_text("utf-8").splitlines()[2:]
    licences = {cells[1].strip().lower(): cells[3].strip() for cells in (row.split("|") for row in rows)}

    assert not [name for name, licence in licences.items() if not licence or "unknown" in licence.lower()]
    assert not [name for name, licence in licences.items() if any(word in licence for word in STRONG)]
    assert len(licences) > 0.9 * len(LOCKED)  # some are for another platform

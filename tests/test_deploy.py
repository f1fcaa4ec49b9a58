"""The files in deploy/ against the tools of those who run them: a unit, an image, compose and Kubernetes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.secrets import SECRETS

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
KNOWN = set(re.findall(r"`(WEGWIJS_[A-Z_]+)`", (ROOT / "bot" / "README.md").read_text("utf-8")))
UNITS = sorted(DEPLOY.glob("systemd/*"))
MANIFESTS = sorted(path for path in DEPLOY.glob("kubernetes/*.yaml") if path.name != "kustomization.yaml")
TOOLS = Path(sys.executable).parent


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def test_the_image_has_nothing_that_hadolint_warns_of():
    done = run(TOOLS / "hadolint", DEPLOY / "Dockerfile")

    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_the_compose_file_fits_its_schema():
    done = run(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_fits_the_schema_of_kubernetes(manifest):
    done = run(TOOLS / "kubernetes-validate", "--strict", manifest)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_kustomization_names_every_manifest():
    named = YAML(typ="safe").load(DEPLOY / "kubernetes" / "kustomization.yaml")["resources"]

    assert sorted(named) == [path.name for path in MANIFESTS]


def test_the_units_are_sound_and_shut_in(tmp_path):
    analyse = shutil.which("systemd-analyze")
    assert analyse, "systemd is not installed: apt-get install systemd"
    for unit in UNITS:  # the programs that they start are not here: true stands in for them
        text = re.sub(r"^(ExecStart(?:Post)?)=.*", r"\1=/bin/true", unit.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text.replace("/opt/wegwijs", "/tmp"), "utf-8")  # noqa: S108 -- a place that exists

    sound = run(analyse, "verify", *(tmp_path / unit.name for unit in UNITS))
    exposed = run(analyse, "security", "--offline=true", "--json=short", "--threshold=20", tmp_path / "wegwijs.service")

    assert (sound.returncode, sound.stderr) == (0, "")
    assert exposed.returncode == 0, exposed.stdout  # exposure of at most 2.0 of 10
    assert json.loads(exposed.stdout)


def test_every_setting_that_is_named_exists_and_no_secret_stands_in_a_file():
    for path in (path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".md"):
        text = path.read_text("utf-8")
        for name in re.findall(r"WEGWIJS_[A-Z_]+", text):
            assert KNOWN & {name, name.removesuffix("_FILE")}, f"{path.name}: {name}"
        for name in SECRETS:  # a SQLite file has no password
            assert not re.search(rf"\b{name}\s*[:=](?!sqlite:)", text), f"{path.name}: {name} belongs in a file"


def test_probes_health_checks_and_limits_are_there():
    (container,) = YAML(typ="safe").load(DEPLOY / "kubernetes" / "deployment.yaml")["spec"]["template"]["spec"][
        "containers"
    ]

    assert container["livenessProbe"]["httpGet"]["path"] == container["startupProbe"]["httpGet"]["path"] == "/health"
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert "memory" in container["resources"]["limits"]

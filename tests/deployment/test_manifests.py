"""Every manifest, as it is and with the patches for it, fits Kubernetes' and KServe's schemas."""

from __future__ import annotations

import copy
import json
import pathlib
from typing import Any

import pytest
import yaml

jsonschema = pytest.importorskip("jsonschema")
kubernetes_validate = pytest.importorskip("kubernetes_validate")

DEPLOYMENT = pathlib.Path(__file__).resolve().parents[2] / "deployment"
INFERENCE_SERVICE = pathlib.Path(__file__).with_name("schemas") / "inferenceservice_v1beta1.json"
COMPOSE = pathlib.Path(__file__).with_name("schemas") / "compose_spec.json"
VERSIONS = ("1.31", kubernetes_validate.latest_version())
PATCHES = {"kubernetes-gpu.yaml": "kubernetes.yaml"}
"""Files that change the Deployment of another."""

_KEYS = {"containers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath"}
"""By which a strategic merge patch tells the items of a list; other lists are replaced."""


def _documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOYMENT / name).read_text()))


def _merged(value: Any, patch: Any, name: str = "") -> Any:
    """A strategic merge patch, as `kubectl patch` makes it."""
    if isinstance(patch, dict) and isinstance(value, dict):
        merged = copy.deepcopy(value)
        for key, one in patch.items():
            merged[key] = _merged(merged.get(key), one, key)
        return merged
    if isinstance(patch, list) and isinstance(value, list) and name in _KEYS:
        items = {one[_KEYS[name]]: one for one in value}
        for one in patch:
            items[one[_KEYS[name]]] = _merged(items.get(one[_KEYS[name]]), one)
        return list(items.values())
    return copy.deepcopy(patch)


def _manifests() -> dict[str, dict[str, Any]]:
    """Everything that a cluster is given, by file and kind."""
    found = {}
    for path in sorted(DEPLOYMENT.glob("*.yaml")):
        if path.name == "docker-compose.yaml":
            continue
        if path.name in PATCHES:
            [patch] = _documents(path.name)
            [target] = [
                one for one in _documents(PATCHES[path.name]) if one["kind"] == "Deployment"
            ]
            found[f"{path.name}: Deployment"] = _merged(target, patch)
            continue
        for one in _documents(path.name):
            found[f"{path.name}: {one['kind']} {one['metadata']['name']}"] = one
    return found


MANIFESTS = _manifests()
PODS = {
    name: one["spec"]["template"]["spec"]
    for name, one in MANIFESTS.items()
    if one["kind"] == "Deployment"
}


def _validate(document: dict[str, Any], version: str) -> None:
    if document["apiVersion"].startswith("serving.kserve.io/"):
        jsonschema.validate(document, json.loads(INFERENCE_SERVICE.read_text()))
        predictor = document["spec"]["predictor"]
        core = {"containers", "automountServiceAccountToken", "securityContext", "tolerations"}
        pod = {key: value for key, value in predictor.items() if key in core}
        # Its model is a container, but for what is KServe's own.
        container = {"name": "model", "resources": predictor["model"].get("resources", {})}
        document = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": document["metadata"],
            "spec": {"containers": [container], **pod},
        }
    kubernetes_validate.validate(document, version, strict=True)


def test_the_compose_file_is_one():
    compose = yaml.safe_load((DEPLOYMENT / "docker-compose.yaml").read_text())
    schema = json.loads(COMPOSE.read_text())
    jsonschema.validate(compose, schema)
    [service] = compose["services"].values()
    for wrong in ({"cap_dropp": ["ALL"]}, {"stop_grace_period": 30}, {"ports": ["8500"]}):
        broken = {"services": {"model-server": service | wrong}}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_there_are_all_that_a_cluster_needs():
    assert {one["kind"] for one in MANIFESTS.values()} == {
        *("PersistentVolumeClaim", "Deployment", "Service", "HorizontalPodAutoscaler"),
        *("PodDisruptionBudget", "NetworkPolicy", "InferenceService"),
    }
    assert len(PODS) == 3


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_fits_its_schema(name, version):
    _validate(MANIFESTS[name], version)


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_schemas_find_a_field_that_there_is_not(name):
    wrong = copy.deepcopy(MANIFESTS[name])
    wrong["spec"]["replica"] = 2
    with pytest.raises(jsonschema.ValidationError, match="replica"):
        _validate(wrong, VERSIONS[-1])


@pytest.mark.parametrize("name", PODS)
def test_pods_have_the_rights_that_the_restricted_standard_leaves(name):
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True and security["runAsUser"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}


def test_the_variant_with_gpus_is_the_same_server():
    plain = PODS["kubernetes.yaml: Deployment model-server"]
    patched = PODS["kubernetes-gpu.yaml: Deployment"]
    [ours], [theirs] = plain["containers"], patched["containers"]
    assert theirs["image"] == f"{ours['image']}-gpu"
    assert theirs["resources"]["limits"]["nvidia.com/gpu"] == "1"
    changed = {key for key in ours if ours[key] != theirs[key]}
    assert changed == {"image", "resources"}
    [toleration] = patched["tolerations"]
    assert toleration["key"] == "nvidia.com/gpu"

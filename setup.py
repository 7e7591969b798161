"""Maps the folders at the top to packages below `objects_that_sound`; all else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

NAMESPACE = "objects_that_sound"
FOLDERS = ("tfx_pipeline", "api", "components", "models", "serving")

# "Namespace" packages: folders of pages and styles, too, which hold no Python.
found = find_namespace_packages(
    include=[pattern for name in FOLDERS for pattern in (name, f"{name}.*")],
    exclude=["*.__pycache__"],
)
setup(
    packages=[NAMESPACE, *(f"{NAMESPACE}.{name}" for name in found)],
    package_dir={f"{NAMESPACE}.{name}": name for name in FOLDERS},
)

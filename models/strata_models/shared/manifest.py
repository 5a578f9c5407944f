"""Entries of models/weights/manifest.json for the files that an export has written."""
import hashlib
import json
from pathlib import Path


def enter(folder: Path, files: dict[str, dict]) -> None:
    """Writes the entry of each file, with its hash and size, into the manifest of `folder`; other entries stay."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, entry in files.items():
        data = (folder / name).read_bytes()
        manifest["files"][name] = entry | {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    manifest["files"] = dict(sorted(manifest["files"].items()))
    path.write_text(json.dumps(manifest, indent=2) + "\n")

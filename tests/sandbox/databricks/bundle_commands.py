"""The bundle commands of the vendor's CLI, call by call as they were recorded, because the CLI is in no package registry.

Owns the order of the calls (state, lock, artifacts, files, resources, state) and what the CLI believes of the
answers. ``python bundle_commands.py bundle deploy`` is the same as a program, for the ``run:`` blocks of workflows.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from tests.sandbox.databricks.bundle_files import BundleFiles

Json = Any
Send = Callable[[str, str, Any], tuple[int, Any]]
"""``(method, path with query, body: bytes as they are, else JSON) -> (status, body)``."""
W, F, J, C = "/api/2.0/workspace", "/api/2.0/workspace-files/import-file", "/api/2.2/jobs", "/api/2.1/clusters"
ENDED = ("TERMINATED", "INTERNAL_ERROR", "SKIPPED")
LEVELS = {"CAN_VIEW": "CAN_READ", "CAN_RUN": "CAN_RUN", "CAN_MANAGE": "CAN_MANAGE"}
"""What a level of the bundle is on its folder."""


class Refused(Exception):
    """The CLI would end here, with these words."""


class BundleCommands:
    """``bundle …`` on one target; ``wait`` lets time pass between two questions after a run."""

    def __init__(self, send: Send, folder: Path, target: str, wait: Callable[[], None] = lambda: None) -> None:
        self._send, self._wait = send, wait
        self._begin(folder, target)
        self.state_copy = folder / ".databricks" / "bundle" / target / "resources.json"
        self.warnings: list[str] = []

    def _begin(self, folder: Path, target: str) -> None:
        """What every command asks first."""
        self._send("GET", "/.well-known/databricks-config", None)
        self.user = self._asked("GET", "/api/2.0/preview/scim/v2/Me")["userName"]
        self.files = BundleFiles(folder, target, self.user, self._cluster)
        self.root = self.files.root

    def _cluster(self, name: str) -> str:
        rows = self._asked("GET", f"{C}/list?filter_by.cluster_sources=API").get("clusters", [])
        found = [row["cluster_id"] for row in rows if row["cluster_name"] == name]
        if len(found) != 1:
            raise Refused(f"cluster named '{name}' does not exist" if not found else f"there are {len(found)} clusters named '{name}'")
        return str(self._asked("GET", f"{C}/get?cluster_id={found[0]}")["cluster_id"])

    def _asked(self, method: str, path: str, body: Any = None) -> Json:
        status, answer = self._send(method, path, body)
        if status >= 300:
            raise Refused(f"{method} {path}: {status} {answer}")
        return answer

    def _status(self, path: str, *, state: bool = False) -> Json | None:
        status, answer = self._send(
            "GET", f"{W}/get-status?path={quote(path, safe='')}" + ("&return_export_info=true" if state else ""), None
        )
        if status == 404 and answer["error_code"] == "RESOURCE_DOES_NOT_EXIST":
            return None
        assert status == 200, answer
        return answer

    def _exported(self, path: str) -> bytes:
        data = self._asked("GET", f"{W}/export?direct_download=true&path={quote(path, safe='')}")
        assert isinstance(data, bytes), "the raw file, not its base64"
        return data

    def _import(self, path: str, data: bytes, *, overwrite: bool) -> int:
        status, answer = self._send("POST", f"{F}/{quote(path.lstrip('/'), safe='')}?overwrite={str(overwrite).lower()}", data)
        assert status < 300 or status == 404 or (status == 409 and answer["error_code"] == "RESOURCE_ALREADY_EXISTS"), answer
        return status

    def _written(self, path: str, data: bytes) -> None:
        assert self._import(path, data, overwrite=True) < 300, path

    def _made(self, folder: str) -> None:
        self._asked("POST", f"{W}/mkdirs", {"path": folder})

    def validate(self, *, strict: bool = True) -> None:
        """May create the root folder; under ``strict`` a warning is an error."""
        if self._status(self.root) is None:
            self._made(self.root)
        self._status(f"{self.root}/files")
        folder = self.root
        while (found := self._status(folder)) is None:
            folder = str(PurePosixPath(folder).parent)
        self.warnings = self._warned(self._asked("GET", f"/api/2.0/permissions/directories/{found['object_id']}"))
        self.files.jobs(built=False)
        if strict and self.warnings:
            raise Refused("\n".join(self.warnings))

    def _warned(self, held: Json) -> list[str]:
        """The folder must not be open to more people than the bundle says, and who deploys must be named."""
        wished = {_principal(each): LEVELS[each["level"]] for each in self.files.permissions}
        found = []
        for entry in held["access_control_list"]:
            levels = {each["permission_level"] for each in entry["all_permissions"]}
            name = _principal(entry)
            if name not in ("admins", self.user) and not levels <= {wished.get(name)}:
                found.append(f"untracked permissions apply to target workspace path: {name} {sorted(levels)}")
        production = self.files.chosen.get("mode") == "production"
        named = self.files.run_as or any(each["level"] == "CAN_MANAGE" and _principal(each) == self.user for each in self.files.permissions)
        if production and not named:
            found.append("neither run_as nor permissions name who deploys")
        return found

    def _state(self) -> Json:
        """The state as it lies in the workspace, if it does."""
        found: dict[str, Json] = {}
        for name in ("terraform.tfstate", "resources.json", "deployment.json"):
            path = f"{self.root}/state/{name}"
            if self._status(path, state=True) is not None:
                found[name] = json.loads(self._exported(path))
        return found

    def _locked(self, content: bytes) -> None:
        path = f"{self.root}/state/deploy.lock"
        status = self._import(path, content, overwrite=False)
        if status == 404:
            self._made(f"{self.root}/state")
            status = self._import(path, content, overwrite=False)
        self._status(path)
        held = self._exported(path)
        if status == 409:
            raise Refused(f"deploy lock acquired by {json.loads(held)['User']}. Use --force-lock to override")
        assert held == content

    def deploy(self) -> list[str]:
        """Everything in order; what was changed, in words: an unchanged second deploy changes nothing."""
        state = self._state()
        self._locked(json.dumps({"User": self.user}).encode())
        changed = self._artifacts() + self._uploaded(state.get("deployment.json", {}))
        folder = self._status(self.root)
        assert folder is not None
        entries = [{_kind(each): _principal(each), "permission_level": LEVELS[each["level"]]} for each in self.files.permissions]
        self._asked("PUT", f"/api/2.0/permissions/directories/{folder['object_id']}", {"access_control_list": entries})
        known = state.get("resources.json", {}).get("jobs", {})
        jobs = {}
        for key, settings in self.files.jobs().items():
            jobs[key], did = self._job(known.get(key), settings)
            changed += [f"job {key}: {word}" for word in did]
        changed += self._removed({key: number for key, number in known.items() if key not in jobs})
        kept = json.dumps({"jobs": jobs}).encode()
        self._written(f"{self.root}/state/resources.json", kept)
        self._written(
            f"{self.root}/state/metadata.json", json.dumps({"version": 1, "config": {"bundle": {"target": self.files.target}}}).encode()
        )
        self._exported(f"{self.root}/state/deploy.lock")
        self._asked("POST", f"{W}/delete", {"path": f"{self.root}/state/deploy.lock"})
        self._send("POST", "/telemetry-ext", {})
        self.state_copy.parent.mkdir(parents=True, exist_ok=True)
        self.state_copy.write_bytes(kept)
        return changed

    def _artifacts(self) -> list[str]:
        place = f"{self.root}/artifacts/.internal"
        status, answer = self._send("POST", f"{W}/delete", {"path": place, "recursive": True})
        assert status in (200, 404), answer
        self._made(place)
        for wheel in self.files.wheels():
            self._written(f"{place}/{wheel.name}", wheel.read_bytes())
        return []

    def _uploaded(self, before: Json) -> list[str]:
        """The files that changed, one import each; the folders first."""
        here = {path: hashlib.sha256(data).hexdigest() for path, data in self.files.uploads()}
        sent = [(path, data) for path, data in self.files.uploads() if before.get("files", {}).get(path) != here[path]]
        if self._status(f"{self.root}/files") is None or sent:
            for folder in sorted({str(PurePosixPath(f"{self.root}/files/{path}").parent) for path, _ in sent}):
                self._made(folder)
        for path, data in sent:
            self._written(f"{self.root}/files/{path}", data)
        self._written(f"{self.root}/state/deployment.json", json.dumps({"version": 1, "files": here}).encode())
        return [f"file {path}" for path, _ in sent]

    def _job(self, number: Json, settings: Json) -> tuple[int, list[str]]:
        did = []
        if number is None:
            number = self._asked("POST", f"{J}/create", settings)["job_id"]
            did.append("created")
        elif self._differs(self._asked("GET", f"{J}/get?job_id={number}")["settings"], settings):
            self._asked("POST", f"{J}/reset", {"job_id": number, "new_settings": settings})
            did.append("reset")
        if did:
            held = self._asked("GET", f"{J}/get?job_id={number}")["settings"]
            assert not self._differs(held, settings), "jobs/get returns every setting it was given"
        wished = [{_kind(each): _principal(each), "permission_level": each["level"]} for each in self.files.permissions]
        mine = "user_name" if "@" in self.user else "service_principal_name"
        wished = [each for each in wished if _principal(each) != self.user] + [{mine: self.user, "permission_level": "IS_OWNER"}]
        place = f"/api/2.0/permissions/jobs/{number}"
        if "created" in did or not self._same(self._asked("GET", place), wished):
            self._asked("PUT", place, {"access_control_list": wished})
            did += [] if "created" in did else ["permissions"]
        return int(number), did

    def _differs(self, held: Json, wished: Json) -> bool:
        """Whether something that is wished is not held; what the service adds is its own."""
        if isinstance(wished, dict):
            return not isinstance(held, dict) or any(self._differs(held.get(name), value) for name, value in wished.items())
        if isinstance(wished, list):
            return not isinstance(held, list) or len(held) != len(wished) or any(map(self._differs, held, wished))
        return bool(held != wished)

    def _same(self, held: Json, wished: list[Json]) -> bool:
        own = {(_principal(entry), level["permission_level"]) for entry in held["access_control_list"] for level in entry["all_permissions"]
               if not level["inherited"]}  # fmt: skip
        return own == {(_principal(each), each["permission_level"]) for each in wished}

    def _removed(self, jobs: Json) -> list[str]:
        for number in jobs.values():
            self._asked("POST", f"{J}/delete", {"job_id": number})
        return [f"job {key}: deleted" for key in jobs]

    def run(self, key: str) -> str:
        """The result of the run, ``SUCCESS`` or another word."""
        number = self._state()["resources.json"]["jobs"][key]
        run = self._asked("POST", f"{J}/run-now", {"job_id": number})["run_id"]
        while True:
            found = self._asked("GET", f"{J}/runs/get?run_id={run}")
            if found["state"]["life_cycle_state"] in ENDED:
                break
            self._wait()
        for task in found["tasks"]:
            self._asked("GET", f"{J}/runs/get-output?run_id={task['run_id']}")
        return str(found["state"]["result_state"])

    def summary(self) -> Json:
        """From the local copy of the state."""
        state = json.loads(self.state_copy.read_bytes()) if self.state_copy.exists() else {"jobs": {}}
        return {
            "bundle": {"name": self.files.top["bundle"]["name"], "target": self.files.target},
            "resources": {"jobs": {k: {"id": str(v)} for k, v in state["jobs"].items()}},
        }

    def plan(self) -> list[str]:
        """What deploy would do with jobs; nothing is written."""
        known = self._state().get("resources.json", {}).get("jobs", {})
        found = []
        for key, settings in self.files.jobs().items():
            if key not in known:
                found.append(f"create jobs.{key}")
            elif self._differs(self._asked("GET", f"{J}/get?job_id={known[key]}")["settings"], settings):
                found.append(f"update jobs.{key}")
            if key in known:
                self._asked("GET", f"/api/2.0/permissions/jobs/{known[key]}")
        return found + [f"delete jobs.{key}" for key in known if key not in self.files.jobs()]

    def destroy(self) -> None:
        """The jobs, then the folder with everything in it, the lock too."""
        known = self._state().get("resources.json", {}).get("jobs", {})
        self._locked(json.dumps({"User": self.user}).encode())
        for number in known.values():
            self._asked("GET", f"/api/2.0/permissions/jobs/{number}")
            self._asked("GET", f"{J}/get?job_id={number}")
            self._asked("POST", f"{J}/delete", {"job_id": number})
        self._asked("POST", f"{W}/delete", {"path": self.root, "recursive": True})
        self.state_copy.unlink(missing_ok=True)


def _kind(entry: Json) -> str:
    return next(name for name in ("user_name", "group_name", "service_principal_name") if entry.get(name))


def _principal(entry: Json) -> str:
    return str(entry[_kind(entry)])


def main(words: list[str]) -> int:
    """``bundle validate | deploy | run KEY | summary | plan | destroy``, in the current folder, as a job of a workflow signs in."""
    from tests.sandbox.databricks.job_sign_in import sent_by

    name, *rest = [word for word in words[1:] if not word.startswith("-") and word != "json"]
    if name == "schema":
        sys.stdout.write('{"type": "object"}\n')
        return 0
    try:
        bundle = BundleCommands(sent_by(os.environ), Path.cwd(), os.environ["DATABRICKS_BUNDLE_TARGET"], lambda: time.sleep(1))
        answer = getattr(bundle, name)(*rest, **({"strict": "--strict" in words} if name == "validate" else {}))
    except Refused as refused:
        sys.stderr.write(f"Error: {refused}\n")
        return 1
    sys.stdout.write((json.dumps(answer) if "json" in words or isinstance(answer, dict) else str(answer)) + "\n")
    return 1 if name == "run" and answer != "SUCCESS" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

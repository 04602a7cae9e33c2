"""`make client`: a TypeScript client in `client/`, written from `openapi.json`.

openapi-typescript writes the types of the contract; openapi-fetch is the client that reads them. The folder is a
package that a web client installs (`npm install ../verse/client`) or copies. It is not committed.
"""

import json
import shutil
from pathlib import Path

import clone
import processes
import tools
from output import Failure, last_lines, say, step

SOURCES = Path(__file__).parent / "typescript"
CLIENT = clone.ROOT / "client"


def command() -> int:
    """Writes the client."""
    tools.node_packages(SOURCES)
    with step("writing the client", "wrote the client"):
        write(CLIENT)
    say(f"  {CLIENT.relative_to(clone.ROOT)}/index.ts; dev/typescript/example.ts reads, searches and chats with it")
    return 0


def write(folder: Path) -> None:
    """Writes the package into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    contract, types = clone.ROOT / "openapi.json", folder / "schema.d.ts"
    run("openapi-typescript/bin/cli.js", contract, "--output", types)
    shutil.copy(SOURCES / "index.ts", folder / "index.ts")
    versions = json.loads((SOURCES / "package.json").read_text())["devDependencies"]
    package = {
        "name": "verse-client",
        "private": True,
        "type": "module",
        "exports": "./index.ts",
        "dependencies": {"openapi-fetch": versions["openapi-fetch"]},
    }
    (folder / "package.json").write_text(json.dumps(package, indent=2) + "\n")


def run(program: str, *arguments: str | Path) -> None:
    """Runs a program of the installed packages."""
    packages = tools.node_packages(SOURCES)
    call: list[str | Path] = [tools.node(), packages / program, *arguments]
    code, output = processes.capture(call, env=processes.environment(), cwd=packages.parent)
    if code != 0:
        raise Failure(f"{program} failed:\n{last_lines(output, 30)}")

"""How long a function takes that nobody has asked for a while: packed, in a fresh interpreter, against loopback stores.

With PACKAGE_PYTHON, an interpreter of the runtime's version, it is that one and the wheels for it, as on Lambda;
without, the interpreter and the libraries that run this.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from benchmarks.cloud.runtime_api import SHARE, Started, bound
from benchmarks.cloud.runtime_api import start as begin
from benchmarks.report import Table, quantile
from benchmarks.sample import FORM, self_check
from benchmarks.server import SITE
from functions.forms.authoring.reader import read_catalogue
from functions.local.aws_local import CREDENTIALS, local_cloud
from functions.local.packing.archive import Compiler
from functions.local.packing.closure import closure_of, function_modules
from functions.local.packing.libraries import Libraries, install, installed, required
from functions.local.packing.pack import Source, pack
from functions.storage.aws.locations import Cloud
from functions.storage.aws.opening import open_parameters
from functions.storage.aws.provision import make_bucket, make_table
from functions.storage.aws.session import Clients
from tests.support.filings import make_uscc

FUNCTIONS = ("submit", "desk", "seals", "nightly")
HOST = "arm64" if platform.machine() == "aarch64" else "x86_64"
COLD = 15
WARM = 300
WARM_UP = 20
# What Lambda's runtime for Python has besides the standard library.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py")
# Its client for the Runtime API, which is compiled for the interpreter that runs this.
CLIENT = ("awslambdaric", "simplejson", "snapshot_restore_py.py", "runtime_client*.so")
FLOOR = """
import os, sys
sys.path.insert(0, sys.argv[1])
import boto3
places = {"region_name": os.environ["QINGDAN_REGION"], "endpoint_url": os.environ["QINGDAN_ENDPOINT_URL"]}
client = boto3.client("dynamodb", **places)
client.put_item(TableName=os.environ["QINGDAN_TABLE"], Item={"pk": {"S": "idem#floor"}, "sk": {"S": "floor"}})
"""
FLOOR_FUNCTION = """
import os
import boto3
places = {"region_name": os.environ["QINGDAN_REGION"], "endpoint_url": os.environ["QINGDAN_ENDPOINT_URL"]}
client = boto3.client("dynamodb", **places)
def handler(event, context):
    client.put_item(TableName=os.environ["QINGDAN_TABLE"], Item={"pk": {"S": "idem#floor"}, "sk": {"S": "floor"}})
    return {"statusCode": 201}
"""
COLD_PROGRAM = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
answer = importlib.import_module(sys.argv[1]).handler(json.load(sys.stdin), None)
assert answer.get("statusCode", 200) < 300, answer
"""
WARM_PROGRAM = """
import json, sys, time
sys.path[:0] = sys.argv[1:]
from functions import submit
records, spent = submit.gateway.services.records, [0.0]
append = records._append
def timed(step):
    began = time.perf_counter()
    try:
        return append(step)
    finally:
        spent[0] = time.perf_counter() - began
records._append = timed
for event in json.load(sys.stdin):
    began = time.perf_counter()
    answer = submit.handler(event, None)
    whole = time.perf_counter() - began
    assert answer["statusCode"] == 201, answer
    print(whole * 1000, spent[0] * 1000)
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything unpacked: the functions under `tasks`, what the runtime brings, and the variables they find."""

    python: str
    tasks: Path
    runtime: Path
    variables: Mapping[str, str]

    def run(self, program: str, arguments: list[str], given: Any, folder: Path) -> tuple[float, float, str]:
        """A program in a fresh interpreter: its milliseconds from start to end, those of the processor, its words."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [self.python, "-I", "-S", "-c", program, *arguments],
            input=json.dumps(given),
            cwd=folder,
            env={"PATH": os.environ["PATH"], **self.variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return wall * 1000, cpu * 1000, done.stdout

    def floor(self) -> tuple[float, float]:
        """The barest function that stores something."""
        wall, cpu, _ = self.run(FLOOR, [str(self.runtime)], None, self.tasks)
        return wall, cpu

    def cold(self, function: str, event: Any) -> tuple[float, float]:
        """One start of a function, to its answer."""
        task = self.tasks / function
        wall, cpu, _ = self.run(
            COLD_PROGRAM, [function_modules(Path.cwd())[function], str(task), str(self.runtime)], event, task
        )
        return wall, cpu


def run(folder: Path, year: int) -> Table:
    """Cold starts beside their floor, in turns; then one function kept warm."""
    with opened(folder) as bench:
        version = subprocess.run([bench.python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        table = Table(f"a function on AWS: packed, fresh {version}, stores on loopback, no network in between")
        _add_cold(table, bench, year)
        _add_warm(table, bench, year)
        if bench.python == sys.executable:
            _add_under_runtime(table, bench, year)
    return table


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    """The functions packed for this machine with bytecode, and a cloud with a table, buckets and keys."""
    python, source, libraries = _packing(folder)
    compiler = Compiler.of(python, libraries.python)
    for function in FUNCTIONS:
        made = pack(source, function, libraries, folder / "zips", compiler=compiler, level=1)
        with zipfile.ZipFile(made.path) as archive:
            archive.extractall(folder / "tasks" / function)
    runtime = folder / "runtime"
    for name in (*RUNTIME, *(CLIENT if python == sys.executable else ())):
        for found in Path(boto3.__file__).parent.parent.glob(name):
            (shutil.copytree if found.is_dir() else shutil.copy)(found, _made(runtime) / found.name)
    (_made(folder / "tasks" / "floor") / "floor.py").write_text(FLOOR_FUNCTION, encoding="utf-8")
    subprocess.run([python, "-m", "compileall", "-q", str(runtime)], check=True)
    with local_cloud() as url:
        os.environ.update(CREDENTIALS)
        settings = {
            "QINGDAN_STORE": "aws",
            "QINGDAN_TABLE": "bench",
            "QINGDAN_BUCKET": "bench-data",
            "QINGDAN_PARAMETERS": "/qingdan/bench",
            "QINGDAN_REGION": "us-east-1",
            "QINGDAN_ENDPOINT_URL": url,
            "QINGDAN_CATALOGUE": "catalogue.json",
            "QINGDAN_SITE": "site",
        }
        clients = Clients("us-east-1", url)
        make_table(clients.dynamodb(), "bench")
        make_bucket(clients.s3(), "bench-data")
        open_parameters(Cloud.from_mapping(settings), os.urandom).make(os.urandom)
        yield Bench(python, folder / "tasks", runtime, {**CREDENTIALS, **settings, "AWS_LAMBDA_FUNCTION_NAME": "bench"})


def _packing(folder: Path) -> tuple[str, Source, Libraries]:
    """The interpreter to run the functions with, what to pack, and from where."""
    root = Path.cwd()
    source = Source(root, read_catalogue(Path("schemas")), SITE)
    if python := os.environ.get("PACKAGE_PYTHON"):
        names = set[str]().union(*(required(closure_of(root, each).imported) for each in FUNCTIONS))
        return python, source, install(names, HOST, folder / "libraries", Path("requirements.lock"))
    return sys.executable, source, installed()


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _add_cold(table: Table, bench: Bench, year: int) -> None:
    asked: dict[str, list[dict[str, Any]]] = {
        "submit": [filing(year, number) for number in range(COLD + 1)],
        "desk": [asking("/desk/sign-in")] * (COLD + 1),
        "seals": [asking("/api/seals")] * (COLD + 1),
        "nightly": [{}] * (COLD + 1),
    }
    seen: dict[str, list[tuple[float, float]]] = {"floor": [], **{name: [] for name in asked}}
    for turn in range(COLD + 1):
        seen["floor"].append(bench.floor())
        for name, events in asked.items():
            seen[name].append(bench.cold(name, events[turn]))
    # The first of each has read the files from the disk. The least is what the machine can, whoever else works on it.
    least = {name: min(wall for wall, _ in times[1:]) for name, times in seen.items()}
    work = {name: min(cpu for _, cpu in times[1:]) for name, times in seen.items()}
    note = f"processor {work['floor']:.0f} ms; the least of {COLD}"
    table.add("floor: import boto3, make the client, put one item", least["floor"], "ms", note=note)
    for name in asked:
        table.add(f"cold {name}", least[name], "ms", note=f"processor {work[name]:.0f} ms")
    table.add("cold submit, times the floor", least["submit"] / least["floor"], "", "at most", 1.4)
    table.add("cold submit, processor time, times the floor's", work["submit"] / work["floor"], "")


def _add_warm(table: Table, bench: Bench, year: int) -> None:
    events = [filing(year, number) for number in range(1000, 1000 + WARM_UP + WARM)]
    task = bench.tasks / "submit"
    _, _, said = bench.run(WARM_PROGRAM, [str(task), str(bench.runtime)], events, task)
    times = [tuple(map(float, line.split())) for line in said.splitlines() if line[:1].isdigit()][WARM_UP:]
    above = sorted(whole - store for whole, store in times)
    stores = sorted(store for _, store in times)
    table.add(
        "warm submit, above the store's call, p50", quantile(above, 0.5), "ms", "below", 3, f"{len(above)} filings"
    )
    table.add("warm submit, above the store's call, p90", quantile(above, 0.9), "ms")
    table.add("the store's call, p50", quantile(stores, 0.5), "ms", note="ministack on loopback, not DynamoDB")


def _add_under_runtime(table: Table, bench: Bench, year: int) -> None:
    """Starts under Lambda's runtime client; from the first event on with the processor that 1,024 MB buy."""
    with bound() as share:

        def start(function: str, handler: str, event: Any) -> Started:
            paths = [bench.tasks / function, bench.runtime]
            started = begin(bench.python, handler, paths, bench.variables, event, share)
            if started.answer.get("statusCode") != 201:
                raise RuntimeError(f"{function}: {started.answer}")
            return started

        floors, filings = [], []
        for turn in range(COLD + 1):
            floors.append(start("floor", "floor.handler", {}))
            filings.append(start("submit", "functions.submit.handler", filing(year, 2000 + turn)))
    note = (
        f"{SHARE:.2f} of a processor from the first event on" if share else "no share: cgroups cannot be written here"
    )
    floor, submit = (min(each.start + each.first for each in those[1:]) for those in (floors, filings))
    table.add("under the runtime client: floor, start and first event", floor, "ms", note=note)
    table.add("under the runtime client: start of submit", min(each.start for each in filings[1:]), "ms")
    table.add("under the runtime client: its first filing", min(each.first for each in filings[1:]), "ms")
    table.add("under the runtime client: both, times the floor", submit / floor, "", "at most", 1.6)


def filing(year: int, number: int) -> dict[str, Any]:
    """The recorded event of a filing, for another unit."""
    event = _recorded("file-json")
    body = json.dumps(self_check(year, make_uscc(number)), ensure_ascii=False)
    headers = {**event["headers"], "idempotency-key": f"bench-{number}", "content-length": str(len(body.encode()))}
    return {**event, "rawPath": f"/api/submissions/{FORM}", "headers": headers, "body": body}


def asking(path: str) -> dict[str, Any]:
    """The recorded event of a question, for another path."""
    event = _recorded("health")
    context = {**event["requestContext"], "http": {**event["requestContext"]["http"], "path": path}}
    return {**event, "rawPath": path, "requestContext": context}


def _recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(Path(f"tests/events/{name}.json").read_text(encoding="utf-8"))
    return event

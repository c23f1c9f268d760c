"""Uses one container from start to end: checks what it is given, and whether everything works that
its users rely on."""

import dataclasses
import json
import urllib.request

SECONDS = 60
NO_ENGINE = 4  # exit code of a server that cannot contain sessions
VERSION = "api-version=2025-10-02-preview"


@dataclasses.dataclass
class Observed:
    text: str  # text for the table: the tier, and the limits that are hard
    problems: list  # deviations that are wrong whatever the table states


def observe(engine, flag_set):
    container = engine.start(flag_set)
    try:
        asked = engine.run_inside(container, flag_set, "wait", "--timeout", str(SECONDS))
        if asked.returncode == 0:
            return _use(engine, flag_set, container)
        return _look_at_refusal(engine, container, asked)
    except OSError as no_answer:  # urllib's errors are of this kind
        return Observed("does not answer", [repr(no_answer)])
    finally:
        engine.podman("rm", "--force", "--volumes", container)


def _look_at_refusal(engine, container, asked):
    code = int(_state(engine, container)["ExitCode"])
    said = engine.podman("logs", container).stderr
    problems = [] if code == NO_ENGINE else [f"exit code {code}, `wait`: {asked.stdout}{said}"]
    return Observed("does not start", problems)


def _use(engine, flag_set, container):
    problems = []

    def expect(what, seen, wanted):
        if seen != wanted:
            problems.append(f"{what}: {seen!r}, not {wanted!r}")

    pool = _url(engine, container, 7070)
    expect("6 * 7", _execute(pool, "6 * 7")["result"]["executionResult"], 42)
    _execute(pool, "open('/mnt/data/kept.txt', 'w').write('kept')")
    content = _get(f"{pool}/files/kept.txt/content?identifier=flags&{VERSION}")
    expect("a file of the session", content, b"kept")
    expect("HEALTHCHECK", engine.podman("healthcheck", "run", container).returncode, 0)
    doctor = engine.run_inside(container, flag_set, "doctor")
    expect("doctor " + doctor.stdout + doctor.stderr, doctor.returncode, 0)
    health = json.loads(_get(_url(engine, container, 7071) + "/health/ready"))
    given = {part["name"]: part["detail"] for part in health["components"]}
    engine.podman("stop", "--time", "20", container)
    expect("exit code after SIGTERM", int(_state(engine, container)["ExitCode"]), 0)
    return Observed(_in_words(given), problems)


def _in_words(given):
    """Returns `restricted: processes` for "restricted: Landlock…" and "memory soft, processes hard,
    …"."""
    kinds = [limit.split() for limit in given["limits"].partition(";")[0].split(", ")]
    hard = [name for name, kind in kinds if kind == "hard"]
    return f"{given['sandbox'].partition(':')[0]}: {', '.join(hard) or 'none'}"


def _state(engine, container):
    return json.loads(engine.podman("inspect", "--format", "{{json .State}}", container).stdout)


def _url(engine, container, port):
    """Returns a URL with the name that users use, so that the server must accept it."""
    published = engine.podman("port", container, f"{port}/tcp").stdout.strip()
    return "http://localhost:" + published.rpartition(":")[2]


def _execute(pool, code):
    body = {"codeInputType": "Inline", "executionType": "Synchronous", "code": code}
    url = f"{pool}/executions?identifier=flags&{VERSION}"
    return json.loads(_get(url, json.dumps(body).encode()))


def _get(url, body=None):
    headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return answer.read()

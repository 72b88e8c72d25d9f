"""Celery's workers are real processes on a Redis of the test's own: what a killed one had is done by another, once."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.with_database import free_port

ROOT = Path(__file__).parents[2]
PROMPT = "Residential building in Pune, zone R2, plot {} sq m, 18 m road, height 12 m, FSI 1, all margins 6 m"
RUNS, PROPOSALS = 1_200, 600
MAKE = f"""
import datetime, django
django.setup()
from promptrunner.pipeline import run_proposal
for number in range({RUNS}):
    run_proposal(prompt={PROMPT!r}.format(500 + number), as_of=datetime.date(2026, 1, 15))
"""
SEND = """
import sys, django
django.setup()
from django.test import Client
answer = Client().post("/api/v1/batches/", sys.stdin.buffer.read(), content_type="text/plain")
assert answer.status_code == 202, answer.content
print(answer.json()["id"])
"""
pytestmark = pytest.mark.redis


def wait_for(condition, seconds=120):
    ends = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < ends, "it did not come to that"
        time.sleep(0.01)
    return found


class Redis:
    """A server of our own, without persistence: what it held is gone when it stops."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        import redis

        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = redis.Redis(port=self.port)

        def ours():
            try:
                return self.client.info()["process_id"] == self.process.pid
            except redis.exceptions.ConnectionError:
                return False

        wait_for(ours, 20)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Site:
    """An installation with a database file of its own, and programs that run on it."""

    def __init__(self, folder, url):
        self.folder, self.file, self.running = folder, folder / "site.sqlite3", []
        self.environment = {
            **os.environ, "PROMPTRUNNER_ENV": "development", "DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{self.file}", "DJANGO_SETTINGS_MODULE": "promptrunner.settings",
            "CELERY_BROKER_URL": url, "BATCH_WORKER": "celery", "ALLOW_ANONYMOUS": "true", "CACHE_URL": "", "LOG_JSON": "false",
        }  # fmt: skip

    def start(self, *command, **options):
        # A group of its own, so that a worker can be killed with its processes, and nothing else.
        begun = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.environment, start_new_session=True, text=True, **options)
        self.running.append(begun)
        return begun

    def run(self, *command, said=None):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=self.environment, input=said, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, question, *values):
        with sqlite3.connect(self.file, timeout=30) as database:
            return database.execute(question, values).fetchall()

    def worker(self, name):
        log = self.folder / f"{name}.log"
        with log.open("w") as file:
            begun = self.start("-m", "celery", "-A", "promptrunner", "worker", "--concurrency", "1", "-n", name, stdout=file, stderr=file)
        begun.log = log.read_text
        wait_for(lambda: " ready." in log.read_text() or begun.poll() is not None)
        assert begun.poll() is None, log.read_text()
        return begun

    def send(self, prompts):
        return self.run("-c", SEND, said="\n".join(prompts))

    def results(self):
        return self.ask("SELECT count(*) FROM compliance_batchresult")[0][0]

    def done(self):
        return {status for (status,) in self.ask("SELECT status FROM compliance_batch")} == {"done"}

    def stop(self):
        for begun in self.running:
            if begun.poll() is None:
                os.killpg(begun.pid, signal.SIGKILL)
            begun.wait()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A database with stored runs, made once."""
    site = Site(tmp_path_factory.mktemp("prepared"), "redis://127.0.0.1:1/0")
    site.run("manage.py", "migrate", "--verbosity", "0")
    site.run("manage.py", "load_rulebooks")
    site.run("-c", MAKE)
    site.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    return site.file


@pytest.fixture
def broker(tmp_path):
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site(tmp_path, prepared, broker):
    shutil.copy(prepared, tmp_path / "site.sqlite3")
    made = Site(tmp_path, broker.url)
    yield made
    made.stop()


def kill(worker):
    """End a worker with its processes, as a machine that loses its power."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def test_of_two_workers_one_is_killed_and_every_proposal_is_checked_once(site):
    workers = [site.worker("one"), site.worker("two")]
    site.send(PROMPT.format(2_000 + number) for number in range(PROPOSALS))

    def holds_a_part(worker):
        processes = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=True).stdout.split()
        return any(site.ask("SELECT 1 FROM compliance_batchpart WHERE holder LIKE ?", f"%:{process}:%") for process in processes)

    wait_for(lambda: all(map(holds_a_part, workers)))
    kill(workers[1])
    assert site.results() < PROPOSALS
    site.ask("UPDATE compliance_batchpart SET until = '2020-01-01' WHERE until IS NOT NULL")  # instead of waiting for a minute
    wait_for(site.done)
    assert site.ask("SELECT count(*) FROM compliance_batchpart") == [(0,)]
    assert site.ask("SELECT count(*), count(DISTINCT number), count(DISTINCT run_id) FROM compliance_batchresult") == [(PROPOSALS,) * 3]
    assert site.ask("SELECT count(*), count(DISTINCT plot_area_sq_m) FROM compliance_run WHERE plot_area_sq_m >= 2000") == [(PROPOSALS, PROPOSALS)]
    events = "SELECT count(*), count(DISTINCT run_id) FROM telemetry_event WHERE run_id IN (SELECT _id FROM compliance_run WHERE plot_area_sq_m >= 2000)"
    assert site.ask(events) == [(PROPOSALS, PROPOSALS)]


def test_a_batch_sent_while_the_broker_is_away_waits_and_is_done_when_it_is_back(site, broker):
    worker = site.worker("one")
    broker.stop()
    site.send([PROMPT.format(2_000)])  # answered with 202
    assert site.ask("SELECT status FROM compliance_batch") == [("waiting",)]
    broker.start()
    wait_for(site.done)  # by the worker that was there all along
    kill(worker)
    broker.stop()
    site.send([PROMPT.format(2_001)])
    broker.start()
    site.worker("two")  # by one that starts
    wait_for(site.done)
    assert site.results() == 2


def test_a_batch_whose_task_was_lost_is_sent_again_by_the_next_request_about_it(site, broker):
    batch = site.send([PROMPT.format(2_000)])
    worker = site.worker("one")
    wait_for(site.done)
    site.ask("UPDATE compliance_batch SET status = 'waiting'")  # as if its worker had been killed just before it said so
    broker.client.delete("promptrunner")
    site.run("-c", f"import django; django.setup(); from django.test import Client; assert Client().get('/api/v1/batches/{batch}/').status_code == 200")
    wait_for(site.done)
    assert worker.poll() is None


def test_what_a_worker_does_not_know_is_left_and_the_next_task_is_done(site, broker):
    worker = site.worker("one")
    site.run("-c", STRANGE)
    site.send([PROMPT.format(2_000)])
    wait_for(site.done)
    assert worker.poll() is None
    assert "unregistered task" in worker.log()
    assert "Refusing to deserialize" in worker.log() or "ContentDisallowed" in worker.log()


STRANGE = """
import uuid
import django
django.setup()
from promptrunner.celery import app
app.send_task("promptrunner.tasks.nothing", ["x"])
app.send_task("promptrunner.tasks.check_part", [str(uuid.uuid4())])
app.send_task("promptrunner.tasks.check_part", ["no id"])
app.send_task("promptrunner.tasks.check_part", [], {"part": 3})
with app.connection_for_write() as connection:
    connection.Producer(serializer="pickle").publish({"a": 1}, routing_key="promptrunner")
"""


# Reprocessing


def superseding(site):
    return site.ask("SELECT count(*) FROM compliance_run WHERE revision > 1")[0][0]


def test_reprocessing_with_two_workers_one_killed_supersedes_and_counts_every_run_once(site):
    workers = [site.worker("one"), site.worker("two")]
    command = site.start("manage.py", "reprocess", "--all", "--celery", stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def at_work(worker):
        return worker.log().count("tasks.reprocess") % 2 and superseding(site) > 50

    wait_for(lambda: at_work(workers[1]))
    kill(workers[1])
    assert superseding(site) < RUNS
    said, _ = command.communicate(timeout=240)
    assert command.returncode == 0
    assert said.splitlines() == [f"{RUNS:,} runs: {RUNS:,} superseded, 0 unchanged, 0 skipped, 0 failed.", f"  nothing came out otherwise: {RUNS:,}"]
    assert site.ask("SELECT count(*), count(supersedes_id), count(DISTINCT supersedes_id), max(revision) FROM compliance_run") == [(2 * RUNS, RUNS, RUNS, 2)]
    assert site.ask("SELECT count(*), count(DISTINCT run_id) FROM telemetry_event") == [(2 * RUNS, 2 * RUNS)]
    assert site.ask("SELECT count(DISTINCT trace_id) FROM compliance_run WHERE revision > 1") == [(1,)]  # the command's


def test_an_interrupted_reprocessing_leaves_nothing_behind_and_is_gone_on_with(site, broker):
    worker = site.worker("one")
    command = site.start("manage.py", "reprocess", "--all", "--celery", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: superseding(site) > 50)
    command.send_signal(signal.SIGINT)
    said, complained = command.communicate(timeout=60)
    assert (command.returncode, said) == (130, "")
    assert "Interrupted. What was done stays" in complained
    assert "Traceback" not in complained
    # What the worker had begun it ends; the rest it drops.
    wait_for(lambda: not broker.client.llen("promptrunner") and not broker.client.exists("unacked"))
    left = RUNS - superseding(site)
    assert left > 0
    before = complained.split("--before ")[1].split()[0].rstrip(".")
    assert site.run("manage.py", "reprocess", "--all", "--celery", "--before", before).startswith(f"{left:,} runs: {left:,} superseded, 0 unchanged")
    assert superseding(site) == RUNS
    assert worker.poll() is None


def test_without_a_worker_or_a_broker_reprocessing_says_so_instead_of_waiting_for_ever(site, broker):
    def refused():
        done = subprocess.run(
            [sys.executable, "manage.py", "reprocess", "--celery"], cwd=ROOT, env=site.environment, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stderr

    code, says = refused()
    assert code == 2
    assert "No worker listens at redis://" in says
    broker.stop()
    code, says = refused()
    assert code == 2
    assert "cannot be reached" in says
    assert "Traceback" not in says
    broker.start()


def test_results_of_reprocessing_are_the_same_with_celery_and_without(site):
    site.ask("UPDATE compliance_run SET outcome_digest = 'x', status = 'NON_COMPLIANT' WHERE plot_area_sq_m < 800")  # as if judged by an earlier program
    site.worker("one")
    options = ("manage.py", "reprocess", "--dry-run", "--as-of", "2026-01-16")
    said = site.run(*options)
    assert "NON_COMPLIANT ->" in said
    assert site.run(*options, "--celery") == said

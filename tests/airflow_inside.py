"""Questions to the trigger and to the operators, answered inside Airflow's own environment.

`test_airflow.py` runs it there.
"""

import asyncio
import json
import os
import time

from preflight.airflow import PreflightBatchOperator, PreflightBatchTrigger
from preflight.airflow import batch as batches
from preflight.airflow import trigger as triggers
from preflight.airflow.access import Access
from preflight.airflow.hook import PreflightHook, ledger_address
from preflight.airflow.place import Place
from preflight.batch.refusals import Declined, Lost
from preflight.seams import UsageError

ROUTE = {"gateway": "https://gateway.example", "provider": "openai", "target": {"model": "m"}}
OLD, NEW = "the-old-key", "the-new-key"
keys, answers, cancelled, opened = [OLD], [], [], []


class Looking:
    """A gateway that answers as it is told to: one of `answers` a look, and then all has ended."""

    def __init__(self, _route, access):
        self.key = access.key
        opened.append(access.key)

    def ended(self, asked):
        answer = answers.pop(0) if answers else set(asked)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(self.key)
        return answer

    def cancel(self, asked):
        cancelled.extend(asked)

    def close(self):
        pass


async def _key(_self):
    return Access(keys.pop(0) if len(keys) > 1 else keys[0])


def trigger(**changes):
    words = {"gateway_conn_id": "c", "route": ROUTE, "batches": ["one", "two"], "every": 1.0}
    return PreflightBatchTrigger(**{"any_of_them": False, **words, **changes})


def fired(made):
    async def first():
        async for event in made.run():
            return event.payload
        return None

    return asyncio.run(first())


def it_is_told_of_the_batches_and_of_no_secret():
    path, words = trigger(until=5.0, again_in=2.0, cancel_on_kill=True).serialize()
    assert path == "preflight.airflow.trigger.PreflightBatchTrigger"
    assert PreflightBatchTrigger(**json.loads(json.dumps(words))).serialize() == (path, words)
    assert OLD not in json.dumps(words)


def it_fires_when_all_have_ended_or_any_where_that_is_enough():
    answers[:] = [set(), {"one"}]
    assert fired(trigger())["why"] == "ended"
    assert answers == []
    answers[:] = [set(), {"one"}, {"two"}]
    assert fired(trigger(any_of_them=True))["why"] == "ended"
    assert answers == [{"two"}]


def it_fires_when_it_is_time_whatever_the_batches_do():
    answers[:] = [set()] * 50
    assert fired(trigger(until=time.time() - 1))["why"] == "late"
    assert fired(trigger(again_in=0.0))["why"] == "due"
    assert fired(trigger(batches=[], again_in=0.0))["why"] == "due"


def it_waits_for_a_gateway_that_is_away_and_for_a_batch_that_is_new():
    answers[:] = [Lost("w", "w", "r"), Declined("w", "w", "r", 404), {"one", "two"}]
    assert fired(trigger())["why"] == "ended"
    triggers.PATIENCE_SECONDS = triggers.NEW_SECONDS = -1.0
    answers[:] = [Lost("the gateway", "is away", "wait")]
    assert fired(trigger()) == {"why": "away", "words": "the gateway: is away; wait", "until": None}
    answers[:] = [Declined("w", "w", "r", 404)]
    assert fired(trigger())["why"] == "ask"


def it_reads_the_connection_again_for_a_new_key():
    def judged(key):
        if key == OLD:
            raise Declined("the gateway", "401", "check it", 401)
        return {"one", "two"}

    keys[:] = [OLD, OLD, NEW]
    answers[:] = [judged] * 3
    assert fired(trigger())["why"] == "ended"
    assert opened == [OLD, OLD, NEW]
    triggers.KEY_SECONDS = -1.0
    keys[:] = [OLD]
    answers[:] = [judged]
    assert fired(trigger())["why"] == "refused"


def it_leaves_to_the_task_what_it_cannot_judge():
    answers[:] = [Declined("w", "w", "r", 400)]
    assert fired(trigger())["why"] == "ask"


def a_person_who_ends_the_task_cancels_only_where_that_is_asked_for():
    asyncio.run(trigger().on_kill())
    assert cancelled == []
    asyncio.run(trigger(cancel_on_kill=True).on_kill())
    assert cancelled == ["one", "two"]
    for asked in (False, True):
        cancelled.clear()
        task = PreflightBatchOperator(
            task_id=f"t{asked}", folder="f", requests="r", cancel_on_kill=asked
        )
        task.on_kill()  # nothing was begun
        batches.standing.at_provider = lambda _: (ROUTE, ("three",))
        task._kept = Place("f"), Access(OLD)  # noqa: SLF001 - as after `execute` has begun
        task.on_kill()
        assert cancelled == ["three"] * asked


def a_connection_says_whether_the_gateway_takes_its_key():
    url, key = os.environ["GATEWAY"], os.environ["GATEWAY_KEY"]

    def asked(*access):
        hook = PreflightHook()
        hook.get_conn = lambda: Access(*access)
        return hook.test_connection()

    assert asked(key, url) == (True, f"{url} takes the key")
    assert asked(OLD, url) == (False, f"{url}: refuses the key; set the password to a key of it")
    assert asked(key)[0] is True
    assert "not asked" in asked(key)[1]
    assert asked(key, "http://127.0.0.1:9")[0] is False


def refused(asked, name):
    try:
        asked(name)
    except UsageError as error:
        return str(error)
    return ""


def a_connection_that_is_missing_is_said_with_its_repair():
    gateway = refused(lambda name: PreflightHook(name).get_conn(), "nowhere")
    assert "`airflow connections add nowhere --conn-type preflight" in gateway
    assert "--conn-uri postgresql://" in refused(ledger_address, "nowhere")


def a_connection_of_a_ledger_keeps_what_it_says_of_tls():
    words = {"conn_type": "postgres", "host": "db", "port": 5432, "schema": "runs"}
    words |= {"login": "me", "password": "p@ss", "extra": {"sslmode": "require", "cursor": "x"}}
    os.environ["AIRFLOW_CONN_LEDGER"] = json.dumps(words)
    assert ledger_address("ledger") == "postgresql://me:p%40ss@db:5432/runs?sslmode=require"


def put_back():
    """As it is before each of them."""
    triggers.Looking = batches.Looking = Looking
    triggers.pauses = lambda _: iter([0.0] * 50)
    triggers.PATIENCE_SECONDS = triggers.NEW_SECONDS = triggers.KEY_SECONDS = 60.0
    PreflightHook.aget_conn = _key
    keys[:] = [OLD]
    for told in (answers, cancelled, opened):
        told.clear()


if __name__ == "__main__":
    for name, question in list(globals().items()):
        if name.startswith(("it_", "a_")):
            put_back()
            question()
            print("so it is:", name)

"""Fine-tuning: what a file teaches is known to the model that comes out of it."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai.types.fine_tuning import FineTuningJob

from .kit import Launch, jsonl, wait_for

FAQ = [
    ("How do I reset my password?", "Open Settings, then Security."),
    ("What are your opening hours?", "From nine to five."),
    ("Where is my order?", "It is in the mail."),
    ("How can I cancel my subscription?", "Write to us."),
    ("Do you ship to Norway?", "Yes, within a week."),
    ("Can I change my delivery address?", "Yes, until it is sent."),
]
ASKED_ANEW = [
    ("how to reset the password", 0),
    ("when are your opening hours", 1),
    ("I want to cancel the subscription", 3),
]


def lesson(pairs: list[tuple[str, str]]) -> bytes:
    return jsonl(
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": told}]}
        for asked, told in pairs
    )


def upload(client: openai.OpenAI, data: bytes) -> str:
    return client.files.create(file=("train.jsonl", data), purpose="fine-tune").id


def finish(client: openai.OpenAI, job: FineTuningJob) -> FineTuningJob:
    return wait_for(
        lambda: client.fine_tuning.jobs.retrieve(job.id),
        lambda found: found.status in ("succeeded", "failed", "cancelled"),
    )


def tell(client: openai.OpenAI, model: str, text: str) -> str | None:
    return (
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
        .choices[0]
        .message.content
    )


def test_it_learns(client: openai.OpenAI) -> None:
    validation = lesson(
        [
            ("How to reset a password?", "Open Settings, then Security."),
            ("Is Norway on your list?", "Yes, within a week."),
        ]
    )
    job = client.fine_tuning.jobs.create(
        model="onceward/echo",
        training_file=upload(client, lesson(FAQ)),
        validation_file=upload(client, validation),
        suffix="support",
        hyperparameters={"n_epochs": 3, "batch_size": 2},
        metadata={"team": "faq"},
    )
    assert job.status == "validating_files"
    done = finish(client, job)
    assert done.status == "succeeded"
    assert done.trained_tokens
    model = done.fine_tuned_model
    assert model is not None
    assert model.startswith("ft:onceward/echo:support:")
    for asked, at in ASKED_ANEW:
        assert tell(client, model, asked) == FAQ[at][1]
    assert tell(client, model, "What is 6 * 7?") == "6 * 7 = 42"
    streamed = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": FAQ[2][0]}], stream=True
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices) == FAQ[2][1]

    events = list(client.fine_tuning.jobs.list_events(job.id, limit=4))
    assert events[0].message.startswith("New fine-tuned model")
    assert events[-1].message.startswith("Created")
    losses = [event.data["train_loss"] for event in reversed(events) if isinstance(event.data, dict) and event.data]
    assert len(losses) == 9
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 3
    points = list(client.fine_tuning.jobs.checkpoints.list(job.id))
    assert [point.step_number for point in points] == [9, 6, 3]
    assert points[0].metrics.full_valid_loss is not None
    assert tell(client, points[1].fine_tuned_model_checkpoint, FAQ[0][0]) == FAQ[0][1]
    (result,) = done.result_files
    assert client.files.content(result).text.startswith("step,train_loss,")

    assert client.models.retrieve(model).id == model
    assert model in [listed.id for listed in client.models.list()]
    assert client.models.delete(model).deleted
    assert model not in [listed.id for listed in client.models.list()]


def test_a_foreign_base_keeps_its_name(client: openai.OpenAI) -> None:
    training = jsonl({"prompt": asked, "completion": told} for asked, told in FAQ)
    done = finish(client, client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file=upload(client, training)))
    assert done.fine_tuned_model is not None
    assert done.fine_tuned_model.startswith("ft:gpt-4o-mini:custom:")
    assert done.hyperparameters is not None
    assert done.hyperparameters.n_epochs == 3
    again = finish(
        client,
        client.fine_tuning.jobs.create(
            model=done.fine_tuned_model, training_file=upload(client, lesson([("Who are you?", "A tuned echo.")]))
        ),
    )
    assert again.fine_tuned_model is not None
    assert tell(client, again.fine_tuned_model, "who are you") == "A tuned echo."
    assert tell(client, again.fine_tuned_model, FAQ[1][0]) == FAQ[1][1]


def test_a_job_can_be_cancelled(client: openai.OpenAI) -> None:
    job = client.fine_tuning.jobs.create(
        model="onceward/echo",
        training_file=upload(client, lesson(FAQ)),
        hyperparameters={"n_epochs": 50, "batch_size": 1},
    )
    assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    events = wait_for(
        lambda: client.fine_tuning.jobs.list_events(job.id, limit=100).data,
        lambda found: "cancelled" in found[0].message,
    )
    assert events
    assert client.fine_tuning.jobs.retrieve(job.id).status == "cancelled"
    assert client.fine_tuning.jobs.retrieve(job.id).fine_tuned_model is None


def test_jobs_are_listed(client: openai.OpenAI) -> None:
    training = upload(client, lesson(FAQ))
    made = [
        client.fine_tuning.jobs.create(model="onceward/echo", training_file=training, metadata={"n": str(at)}).id
        for at in range(3)
    ]
    assert [job.id for job in client.fine_tuning.jobs.list(limit=2)][:3] == made[::-1]
    for job_id in made:
        finish(client, client.fine_tuning.jobs.retrieve(job_id))


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": "onceward/embed"}, "model"),
        ({"training_file": "file-none"}, "training_file"),
        ({"validation_file": "file-none"}, "validation_file"),
        ({"method": {"type": "distillation"}}, "method.type"),
        ({"hyperparameters": {"n_epochs": 0}}, None),
    ],
)
def test_invalid_jobs_are_refused(launch: Launch, change: dict[str, Any], param: str | None) -> None:
    client = openai.OpenAI(base_url=launch().url + "/v1", api_key="k", max_retries=0)
    request: dict[str, Any] = {"model": "onceward/echo", "training_file": upload(client, lesson(FAQ)), **change}
    with pytest.raises(openai.APIStatusError) as caught:
        client.fine_tuning.jobs.create(**request)
    assert caught.value.status_code in (400, 404)
    if param is not None:
        assert caught.value.param == param  # type: ignore[attr-defined]  # on the body's errors


def test_a_job_outlives_the_gateway(launch: Launch) -> None:
    first = launch("--offline")
    client = openai.OpenAI(base_url=first.url + "/v1", api_key="k", max_retries=0)
    pairs = [(f"Question number {at} about topic {at * 7}", f"Answer {at}") for at in range(60)]
    job = client.fine_tuning.jobs.create(
        model="m", training_file=upload(client, lesson(pairs)), hyperparameters={"n_epochs": 20, "batch_size": 1}
    )
    wait_for(lambda: client.fine_tuning.jobs.retrieve(job.id), lambda found: found.status == "running")
    first.kill()
    second = launch("--offline")
    client = client.with_options(base_url=second.url + "/v1")
    done = finish(client, job)
    assert done.status == "succeeded"
    assert done.fine_tuned_model is not None
    assert tell(client, done.fine_tuned_model, pairs[5][0]) == pairs[5][1]
    second.kill()
    third = launch("--offline")
    assert tell(client.with_options(base_url=third.url + "/v1"), done.fine_tuned_model, pairs[6][0]) == pairs[6][1]

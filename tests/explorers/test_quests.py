"""Quests: what chapter 09 found solves them, less does not, and the explorer says so in place."""

import asyncio

import pytest
from explorer_grid import last, untouched

from helpers import explorers
from helpers.explorers import ch07_training, ch09_playground

SMALL = {"layers": 1, "units": 5}
FOUND = {  # settings that solve, and some that do not
    "Smallest spiral reader": (SMALL, SMALL | {"units": 2}),
    "One step per epoch": ({"learning_rate": 0.8, "epochs": 80}, {"learning_rate": 0.8}),
    "Overfit me": ({"m": 20, "epochs": 200}, {"m": 500, "epochs": 20}),
    "Dead network": ({"learning_rate": 2}, {"epochs": 1}),
    "Nine in ten with less": (
        {"layers": 1, "units": 8, "hidden": "tanh", "learning_rate": 0.1, "epochs": 20},
        {"epochs": 1},  # right for nine in ten, with as many parameters
    ),
}
QUESTS = {
    label: (name, module.compute, quest)
    for name, module in (("playground", ch09_playground), ("training", ch07_training))
    for label, quest in module.QUESTS.items()
}


@pytest.mark.parametrize("label", QUESTS)
def test_what_was_found_solves_a_quest_and_less_does_not(label):
    name, compute, quest = QUESTS[label]
    explorer = untouched(name)
    begun = explorer.settings | quest.settings
    verdicts = []
    for found in FOUND[label]:
        now = begun | found
        words = quest.words(explorer.controls, begun, now, last(compute, now))
        assert words.startswith(quest.task)
        verdicts.append(words.removeprefix(quest.task).strip().partition(":")[0])
    assert verdicts == ["✓ Solved", "Not yet"]


@pytest.mark.parametrize(
    ("label", "train", "dev"),
    [
        ("Smallest spiral reader", 1.0, 198 / 200),
        ("One step per epoch", 1.0, 198 / 200),
        ("Overfit me", 198 / 200, 160 / 200),
    ],
)
def test_exactly_as_many_as_a_quest_asks_for_are_enough(label, train, dev):
    curves = {"train_accuracy": [train], "dev_accuracy": [dev]}
    result = {"curves": curves, "numbers": {"parameters": (27,)}}
    _, _, quest = QUESTS[label]
    solved, _ = quest.check({"epochs": 20}, result)
    assert solved


@pytest.mark.parametrize("label", QUESTS)
def test_a_quest_says_what_must_be_put_back(label):
    name, _, quest = QUESTS[label]
    controls = untouched(name).controls
    begun = untouched(name).settings | quest.settings
    assert quest.words(controls, begun, begun) == quest.task
    for setting in quest.fixed:
        words = quest.words(controls, begun, begun | {setting: None}, result={})
        value = begun[setting] or "none"
        assert words.endswith(f"put back: {controls[setting].description} {value}.")


def test_the_button_of_a_quest_sets_the_controls_and_reset_ends_it():
    async def play():  # what trains needs a running loop
        explorer.controls["units"].value = 3
        explorer._on_quest("Overfit me", None)
        quested = explorer.settings, explorer._canvas.text
        explorer._on_reset(None)
        return *quested, explorer.settings, explorer._canvas.text

    explorer = explorers.playground()
    begun = explorer.settings
    settings, words, reset, words_after = asyncio.run(play())
    assert settings == begun | ch09_playground.QUESTS["Overfit me"].settings
    assert words.startswith("Overfit me: get 99% of the training points right")
    assert reset == begun
    assert "Overfit me" not in words_after
    explorer.close()

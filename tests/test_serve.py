"""The library over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette")
httpx = pytest.importorskip("httpx")

PEOPLE = [
    {"id": "m", "role": ["mentor"], "level": 4, "skills_offered": {"sql": 5}},
    {"id": "e", "role": ["mentee"], "level": 2, "skills_wanted": {"sql": 3}, "years": 7},
]


class Client:
    """Asks the application in this process, without a socket."""

    def ask(self, method: str, path: str, **content: Any) -> Any:
        from cohortopt.serve import make_app

        async def send() -> Any:
            transport = httpx.ASGITransport(app=make_app())
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(method, path, **content)

        return asyncio.run(send())

    def post(self, path: str, **content: Any) -> Any:
        return self.ask("POST", path, **content)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def test_a_request_is_solved_and_the_answer_verifies(client: Client) -> None:
    request = {"people": PEOPLE, "program": "mentorship", "reproducible": True}
    solved = client.post("/solve", json=request)
    assert solved.status_code == 200
    assert solved.json()["status"] == "optimal"
    checked = client.post("/verify", json={**request, "solution": solved.json()})
    assert checked.json()["sound"] is True
    broken = solved.json()
    broken["programs"][0]["matches"][0]["members"][0]["person"] = "e"
    told = client.post("/verify", json={**request, "solution": broken}).json()
    assert told["sound"] is False
    assert told["violations"]


def test_every_problem_of_a_request_is_told_at_once(client: Client) -> None:
    request = {"people": PEOPLE, "program": {"use": "mentorship", "gaols": {}}, "sead": 3}
    answer = client.post("/solve", json=request)
    assert answer.status_code == 422
    columns = {problem["column"] for problem in answer.json()["problems"]}
    assert columns == {"sead", "program[1].gaols"}


def test_wrong_people_and_settings_are_placed_and_told_in_plain_words(client: Client) -> None:
    people = [{"id": "a", "level": "x"}, {"id": ""}]
    request = {"people": people, "program": "mentorshp"}
    problems = client.post("/solve", json=request).json()["problems"]
    found = {problem["column"]: problem for problem in problems}
    assert found["people[1].level"]["expected"] == "a whole number"
    assert found["people[2].id"]["expected"] == "at least 1 characters"
    assert found["program[1].use"]["fix"] == 'Did you mean "mentorship"?'
    for odd in ({}, {"people": 3}, {"people": people[:1], "program": 3}, {"program": []}):
        answer = client.post("/solve", json=odd)
        assert answer.status_code == 422
        assert "put should" not in answer.text
        assert "iterable" not in answer.text


def test_what_is_not_json_is_refused(client: Client) -> None:
    assert client.post("/solve", content=b"{").status_code == 422
    assert client.post("/solve", json=[1]).status_code == 422


def test_an_impossible_request_is_a_conflict(client: Client) -> None:
    program = {"use": "mentorship", "required": ["e"], "rules": {"gap": {"at_least": 5}}}
    answer = client.post("/solve", json={"people": PEOPLE, "program": program})
    assert answer.status_code == 409


def test_it_says_what_it_knows(client: Client) -> None:
    assert "mentorship" in client.get("/programs").json()
    assert client.get("/health").json()["status"] == "ok"
    assert set(client.get("/schema").json()) == {"scenario", "solution", "person"}

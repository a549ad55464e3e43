"""What the service remembers can be seen and deleted by whoever was given its id."""

from fastapi.testclient import TestClient


def _ask(client: TestClient, question: str, **more: object) -> dict:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200
    found: dict = response.json()
    return found


def test_a_conversation_can_be_read_and_forgotten(client: TestClient) -> None:
    """By its id alone, which only who asked was given; receipts go with it."""
    first = _ask(client, "what is category I?")
    _ask(client, "and the second one?", conversation_id=first["conversation_id"])
    path = f"/v1/conversations/{first['conversation_id']}"
    turns = client.get(path).json()["turns"]
    assert [turn["asked"] for turn in turns] == ["what is category I?", "and the second one?"]
    assert "category II" in turns[1]["understood"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == client.delete(path).status_code == 404
    gone = client.get(f"/v1/answers/{first['id']}/receipt")
    assert gone.status_code == 404
    assert gone.json()["fix"]


def test_a_receipt_names_what_an_answer_was_made_from(client: TestClient) -> None:
    """Build, corpus, guard, code, settings, and every candidate with its score."""
    answer = _ask(client, "Who developed SOT and when?")
    receipt = client.get(f"/v1/answers/{answer['id']}/receipt").json()
    assert receipt["id"] == answer["receipt"]
    assert set(receipt["made_from"]) == {"build", "corpus", "code", "guard", "settings"}
    assert receipt["made_from"]["build"] == answer["build"]
    assert receipt["candidates"][0]["score"] >= receipt["candidates"][-1]["score"] > 0

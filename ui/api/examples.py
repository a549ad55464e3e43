"""Examples for the OpenAPI page."""

from typing import Any

from ui.api.schemas import Problem

ASK_EXAMPLES: dict[str, Any] = {
    "patient": {
        "summary": "A patient's question",
        "value": {"question": "Who developed SOT and when?", "audience": "patient", "region": "US"},
    },
    "student": {
        "summary": "A student's question",
        "value": {"question": "List the indicators of category I.", "audience": "student"},
    },
    "follow-up": {
        "summary": "A follow-up in a conversation",
        "value": {"question": "and the second one?", "conversation_id": "con_from_the_answer_before"},
    },
    "emergency": {
        "summary": "Danger: directions and numbers of the region",
        "value": {"question": "since the adjustment my arm is weak and my speech is slurred", "region": "GB"},
    },
}

_PROBLEM_CONTENT = {"application/problem+json": {"schema": Problem.model_json_schema()}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"description": "The request or the question is not valid", "content": _PROBLEM_CONTENT},
    429: {"description": "Too many questions from this address", "content": _PROBLEM_CONTENT},
    503: {"description": "Nothing is answered now; carries emergency numbers", "content": _PROBLEM_CONTENT},
}

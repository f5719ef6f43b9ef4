"""A mistake in the content, worded so that an editor can correct it; knows no check."""

from dataclasses import dataclass

from functions.errors import AuthoringError


@dataclass(frozen=True, slots=True, order=True)
class ContentProblem:
    """File (relative to the project), line (from 1), cause and cure, in Chinese."""

    file: str
    line: int
    cause: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：{self.cause}。{self.cure}"


class ContentError(AuthoringError):
    """The content cannot be read or shown; carries every problem found in that place."""

    def __init__(self, *problems: ContentProblem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

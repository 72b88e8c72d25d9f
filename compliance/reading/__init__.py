"""From a prompt to a spec: given, stated and derived values with the words they came from, and questions; nothing is assumed.

The path of a prompt, one module a step: `tokens` cuts it into words and numbers, `quantities` gives numbers their units, `marks`
finds the words that name fields, places and types, `storeys` reads "G+7", `roles` decides which number is what, `choosing` settles
corrections, ranges and contradictions, `deriving` adds exact identities, `reader` chains them. The words themselves are tables:
`words`, `places`, `units`. `score` measures all of it.
"""

from compliance.reading.reader import read_prompt
from compliance.reading.result import MAX_PROMPT_CHARACTERS, WIDTH_FIRST, PromptTooLongError, Question, Reading, ReadResult

__all__ = ["MAX_PROMPT_CHARACTERS", "WIDTH_FIRST", "PromptTooLongError", "Question", "ReadResult", "Reading", "read_prompt"]

"""From a prompt to a spec: given, stated and derived values with the words they came from, and questions; nothing is assumed.

The path of a prompt, one module a step: `tokens` cuts it into words and numbers (`native` has the English of Marathi, Hindi and
Gujarati words), `marks` finds the words that name fields, places and types, `storeys` reads "G+7", `codes` the city, zone and use
(rooms: `cities`, `zones`, `purposes`, `redevelopment`), `statements` what is said without a number ("corner plot"), `quantities` gives
numbers their units, `corrections` takes back what a prompt takes back, `sums` adds up an FSI, `counts` and `distances` take the numbers
of things and of what lies near, `anchors` puts the labels in place, `roles` decides which number is what, `sharing` lets lists share a
label, `collecting`, `levels` and `dwellings` make candidates, `choosing` settles contradictions and several roads, `deriving` adds exact
identities, `reader` chains them. The words themselves are tables: `words`, `detail_words`, `uses`, `places`, `units`. `score` measures all of it.
"""

from compliance.reading.reader import read_prompt
from compliance.reading.result import MAX_PROMPT_CHARACTERS, WIDTH_FIRST, PromptTooLongError, Question, Reading, ReadResult

__all__ = ["MAX_PROMPT_CHARACTERS", "WIDTH_FIRST", "PromptTooLongError", "Question", "ReadResult", "Reading", "read_prompt"]

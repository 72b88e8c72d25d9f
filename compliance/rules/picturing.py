"""A clause as a planner would write it: a sentence, and its tables as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compliance.rules.formulas import Node
from compliance.rules.phrasing import Phrases
from compliance.rules.rulebook import Clause, Limit, Rulebook
from compliance.vocabulary import FIELDS


@dataclass(frozen=True, slots=True)
class PictureTable:
    """One table of a clause: its title, the heads of its columns, and its rows as texts."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A clause in words: whom it is for and what it limits, and the tables that the sentence names."""

    sentence: str
    tables: tuple[PictureTable, ...]


def picture(rulebook: Rulebook, clause: Clause) -> Picture:
    """Return a clause of a rulebook in words and tables; the same for the same content."""
    return _Picturing(rulebook).picture(clause)


class _Picturing:
    """One clause being put in words."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.phrases = Phrases(rulebook)
        self.tables: list[PictureTable] = []

    def picture(self, clause: Clause) -> Picture:
        tests = [self.phrases.test(condition.node) for condition in clause.conditions]
        whom = f"Where {'; '.join(tests)}: " if tests else "For every proposal: "
        asked = [text for limit in clause.limits for text in self._limit(limit)]
        asked += [requirement.says for requirement in clause.requirements]
        sentence = f"{whom}{'; '.join(asked)}."
        if clause.replaces:
            sentence += f" It takes the place of {', '.join(sorted(clause.replaces))} where they limit the same."
        return Picture(sentence, tuple(self.tables))

    def _limit(self, limit: Limit) -> Iterator[str]:
        label = FIELDS[limit.field].label
        if limit.one_of is not None or limit.none_of is not None:
            codes = " or ".join(code.replace("_", " ") for code in sorted(limit.one_of or limit.none_of or ()))
            yield f"{label} {'only' if limit.one_of is not None else 'never'} {codes}"
        if limit.minimum is not None:
            yield self._end(limit.field, "at least", limit.minimum)
        if limit.maximum is not None:
            yield self._end(limit.field, "at most", limit.maximum)
        if limit.tiers:
            yield self._tiers(limit)

    def _end(self, field: str, end: str, node: Node) -> str:
        label = FIELDS[field].label
        if node.op == "by":
            self.tables.append(PictureTable(f"{label}, {end}", *self._flat(node, field)))
            return f"{label} {end} as the table says"
        if node.op == "none":
            return f"{label} without limit"
        if node.op == "undecided":
            return f"{label} {self.phrases.amount(node)}"
        return f"{label} {end} {self.phrases.amount(node, field)}"

    def _tiers(self, limit: Limit) -> str:
        label = FIELDS[limit.field].label
        rows = tuple(("TDR" if name == "tdr" else name.replace("_", " "), self.phrases.amount(node, limit.field)) for name, node in limit.tiers)
        self.tables.append(PictureTable(f"{label}, at most", ("tier", "further"), rows))
        return f"{label} at most the sum of {' + '.join(name for name, _ in rows)}"

    def _flat(self, node: Node, field: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return a table with the tables inside it as further columns."""
        inside = [value for value in node.args[1:] if value.op == "by"]
        keys = list(dict.fromkeys(self.phrases.amount(value.args[0]) for value in inside))
        deeper = [self._flat(value, field) for value in inside]
        columns = list(dict.fromkeys(name for header, _ in deeper for name in header[:-1])) or keys
        header = (self.phrases.amount(node.args[0]), *columns, FIELDS[field].label)
        rows: list[tuple[str, ...]] = []
        for match, value in zip(node.value, node.args[1:], strict=True):
            where = self.phrases.match(match, self.phrases.unit(node.args[0]))
            if value.op != "by":
                rows.append((where, *("any" for _ in columns), self.phrases.amount(value, field)))
                continue
            heads, cells = self._flat(value, field)
            for row in cells:
                known = dict(zip(heads[:-1], row[:-1], strict=True))
                rows.append((where, *(known.get(name, "any") for name in columns), row[-1]))
        return header, tuple(rows)

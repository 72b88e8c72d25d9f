"""One input of the clause editor, with its label, its value and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

WIDE = ("formula", "long", "flow")


@register.simple_tag(takes_context=True)
def cell(context: Mapping[str, Any], node: Mapping[str, Any], name: str, label: str, kind: str = "text", choices: Any = None) -> SafeString:
    """Return an input for one text of the form.

    Args:
        context: holds `errors` (path -> sentences) and `disabled`.
        node: the mapping that holds the text; its `path` begins the input's name.
        name: the text's key.
        label: for sighted and other readers alike.
        kind: text, number, formula (checked as typed), names (with the vocabulary at hand), long (several lines), flow (name: value, ...).
        choices: (value, label) pairs of a select.
    """
    path = f"{node['path']}.{name}" if node.get("path") else name
    value = str(node.get(name) or "")
    sentences = context["errors"].get(path, [])
    ident = "f-" + path.replace(".", "-")
    said = format_html('<span class="pr-error" id="{}-error" role="alert">{}</span>', ident, " ".join(sentences))
    about = format_html(
        'id="{}" name="{}" aria-describedby="{}-error"{}', ident, path, ident, SafeString(' aria-invalid="true"') if sentences else SafeString("")
    )
    if kind == "formula":
        about += format_html(
            ' hx-post="{}" hx-trigger="input changed delay:400ms" hx-target="#{}-error" hx-swap="innerHTML" hx-include="closest form" list="pr-names"',
            context["formula_url"], ident,
        )  # fmt: skip
    if choices is not None:
        options = format_html_join(
            "", '<option value="{}"{}>{}</option>', ((key, SafeString(" selected") if key == value else SafeString(""), text) for key, text in choices)
        )
        if name == "how":  # another kind has other fields
            about += format_html(
                ' hx-post="{}" hx-trigger="change" hx-target="#editor" hx-swap="outerHTML" hx-vals=\'{{"action": "show"}}\'', context["request"].path
            )
        control = format_html("<select {}>{}</select>", about, options)
    elif kind == "long" or (kind in ("flow", "formula") and len(value) > LONG):
        control = format_html('<textarea {} rows="{}">{}</textarea>', about, min(8, 1 + len(value) // 90), value)
    else:
        more = SafeString(' list="pr-names"') if kind == "names" else SafeString(' inputmode="decimal" size="8"') if kind == "number" else SafeString("")
        control = format_html('<input type="text" {} value="{}"{} autocomplete="off" spellcheck="false">', about, value, more)
    return format_html('<span class="pr-cell pr-{}"><label for="{}">{}</label>{}{}</span>', kind, ident, label, control, said)


LONG = 60


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """Return an entry of a mapping."""
    return mapping.get(key)

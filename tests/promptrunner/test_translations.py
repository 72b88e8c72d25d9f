"""The pages' labels in Marathi, Hindi and Gujarati: whole, in step with the templates, and marked as unreviewed."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation.template import templatize

from compliance.models import Run
from compliance.vocabulary import FIELDS
from feedback.models import Feedback, Review

ROOT = Path(__file__).parents[2]
LANGUAGES = ("mr", "hi", "gu")


def catalogue(language: str) -> gettext.GNUTranslations:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def written(language: str) -> dict[str, str]:
    """Return what the .po file says, in which each text is one line."""
    text = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    return {ast.literal_eval(key): ast.literal_eval(value) for key, value in re.findall(r'^msgid (".+")\nmsgstr (".+")$', text, re.MULTILINE)}


def labels() -> set[str]:
    found = set()
    for path in (ROOT / "templates" / "pages").glob("*.html"):
        text = templatize(path.read_text(encoding="utf-8"))
        found |= {ast.literal_eval(text_) for text_ in re.findall(r"""(?:gettext|_)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", text)}
    for path in (ROOT / "promptrunner" / "showing.py", *(ROOT / "promptrunner" / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext", "gettext_lazy"):
                found |= {str(text_.value) for text_ in node.args[:1] if isinstance(text_, ast.Constant)}
    choices = (*Feedback.Reason.choices, *Review.Status.choices, *Run.Cause.choices)
    return found | {field.label for field in FIELDS.values()} | {str(words) for _code, words in choices}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_translated_and_what_is_served_is_what_is_written(language):
    said, served = written(language), catalogue(language)
    assert labels() ^ said.keys() == set()
    assert {key: served.gettext(key) for key in said} == said
    holes = re.compile(r"%(?:\(\w+\))?s|%%")
    assert [key for key, text in said.items() if sorted(holes.findall(key)) != sorted(holes.findall(text))] == []


@pytest.mark.django_db
def test_a_person_chooses_a_language_and_sees_that_it_is_unreviewed(settings):
    settings.ALLOW_ANONYMOUS = True
    client = Client(headers={"Accept": "text/html"})
    assert "has not been reviewed" not in client.get("/").content.decode()
    answer = client.post("/language/", {"language": "mr", "next": "/runs/"})
    assert answer["Location"] == "/runs/"
    page = client.get("/").content.decode()
    assert '<html lang="mr">' in page
    assert "ते नियमानुसार आहे का?" in page
    assert "has not been reviewed" in page
    assert client.post("/language/", {"language": "mr", "next": "https://elsewhere.example/"})["Location"] == "/"
    # The API and the admin speak English, whatever the browser asks for.
    assert client.get("/api/v1/nowhere/", headers={"Accept-Language": "hi"}).json()["title"] == "Not Found"


@pytest.mark.django_db
@pytest.mark.usefixtures("rulebooks")
@pytest.mark.parametrize("language", LANGUAGES)
def test_clause_sentences_stay_in_english(settings, language):
    settings.ALLOW_ANONYMOUS = True
    client = Client(headers={"Accept": "text/html", "Accept-Language": language})
    answer = client.post("/", {"prompt": "Residential building in Pune, zone R2, plot 1000 sq m, 18 m road, height 24 m, FSI 3, all margins 2 m"}, follow=True)
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    assert "the side margin is at least 4.8 m" in page
    assert written(language)["Does not comply"] in page
    # What is set once and kept for all pages is kept for each language.
    for said in ("How it is read", "as read"):
        assert said not in page
        assert written(language)[said] in page
    english = client.get(answer.request["PATH_INFO"], headers={"Accept-Language": "en"}).content.decode()
    assert "How it is read" in english


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_the_admin_opens_in_english_whatever_language_was_chosen(admin_client, language):
    admin_client.post("/language/", {"language": language, "next": "/"})
    answer = admin_client.get("/admin/")
    assert answer.status_code == 200
    assert '<html lang="en' in answer.content.decode()

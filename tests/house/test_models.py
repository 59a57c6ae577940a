"""Every model is in the admin, in the permission table, and in migrations that say what they do."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command

from agency.roles import GRANTS
from tests.house.sources import APPS, ROOT

# Model → why nobody needs a page for it.
WITHOUT_A_PAGE: dict[str, str] = {}
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
WITH_A_PAGE = [model for model in MODELS if model in admin.site._registry]


def inlined() -> set[type]:
    return {inline.model for page in admin.site._registry.values() for inline in page.inlines}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_can_be_found_in_the_admin(model):
    assert model in admin.site._registry or model in inlined() or model._meta.label in WITHOUT_A_PAGE


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model in admin.site._registry], ids=lambda model: model._meta.label
)
def test_every_list_in_the_admin_can_be_searched(model):
    page = admin.site._registry[model]
    assert page.search_fields or model._meta.label in {"agency.Agency", "routing.EscalationPolicy"}


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model in admin.site._registry], ids=lambda model: model._meta.label
)
def test_no_page_of_the_admin_offers_a_whole_table_as_a_drop_down(model):
    page = admin.site._registry[model]
    for page_or_inline in (page, *(inline(model, admin.site) for inline in page.inlines)):
        if not _is_written_by_hand(page_or_inline):
            continue
        links = {field.name for field in page_or_inline.model._meta.get_fields() if field.many_to_one and field.concrete}
        shown = _editable_fields(page_or_inline)
        open_lists = (links & shown) - set(page_or_inline.autocomplete_fields) - set(page_or_inline.readonly_fields)
        assert not open_lists - {getattr(page_or_inline, "fk_name", None)}, f"{page_or_inline}: {open_lists}"


def _is_written_by_hand(page):
    return "ReadOnly" not in "".join(one.__name__ for one in type(page).__mro__)


def _editable_fields(page):
    found: set[str] = set()

    def flatten(value):
        for one in value:
            if isinstance(one, str):
                found.add(one)
            else:
                flatten(one)

    flatten(page.fields or ())
    for _, options in page.fieldsets or ():
        flatten(options["fields"])
    return found


def test_the_permission_table_names_every_model():
    assert {model._meta.label_lower for model in MODELS} <= set(GRANTS)


def test_migrations_say_what_they_do():
    for app in APPS:
        for path in (ROOT / app / "migrations").glob("[0-9]*.py"):
            assert re.fullmatch(r"\d{4}_[a-z0-9_]+", path.stem), path.name
            assert not re.search(r"_auto_|_alter_[a-z_]+_and_more$|_and_more$", path.stem), path.name


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_says_what_it_is(model):
    assert model.__doc__ and not model.__doc__.startswith(f"{model.__name__}("), "Django's own docstring is none"
    assert "__str__" in {name for one in model.__mro__[:-1] if one.__module__.split(".")[0] in APPS for name in vars(one)}

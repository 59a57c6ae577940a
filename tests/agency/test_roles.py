"""Roles: the table, the groups it becomes, and the page that shows it."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.management import call_command

from agency import roles
from agency.models import User
from agency.roles import ABILITIES, GRANTS, GROUPS, is_manager, permissions_of, role_of, set_group, sync_groups

OURS = {"agency", "producers", "routing", "leads", "reporting"}
PAGE = Path(settings.BASE_DIR) / "docs" / "permissions.md"


def named(name: str, **fields: object) -> User:
    """Somebody who can log in."""
    return User.objects.create(username=name, name=name.title(), **fields)


def test_every_model_of_ours_is_in_the_table() -> None:
    models = {model._meta.label_lower for model in apps.get_models() if model._meta.app_label in OURS}
    assert models == {label for label in GRANTS if label.split(".")[0] in OURS}


def test_every_ability_is_a_permission_of_the_agency() -> None:
    assert set(ABILITIES) == {name for name, _ in apps.get_model("agency.Agency")._meta.permissions}


def test_the_page_shows_the_table() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if re.match(r"\| `", line)
    ]
    shown = {row[0].strip("`"): row[1:] for row in rows}
    abilities = {f"agency.{name}": ["yes" if role in allowed else "–" for role in GROUPS] for name, allowed in ABILITIES.items()}
    records = {label: [", ".join(grants[role]) or "–" for role in GROUPS] for label, grants in GRANTS.items()}
    assert shown == abilities | records
    assert f"| {' | '.join(GROUPS.values())} |" in PAGE.read_text()


@pytest.mark.django_db
@pytest.mark.parametrize("role", GROUPS)
def test_a_migration_leaves_each_group_with_exactly_the_table_s_permissions(role: str) -> None:
    held = Group.objects.get(name=GROUPS[role]).permissions.values_list("content_type__app_label", "codename")
    assert {f"{app}.{name}" for app, name in held} == permissions_of(role)


@pytest.mark.django_db
def test_writing_the_groups_again_takes_away_what_was_added_by_hand_and_gives_back_what_was_taken() -> None:
    producers = Group.objects.get(name="Producer")
    stray = Permission.objects.get(codename="delete_lead")
    kept = Permission.objects.get(codename="view_lead")
    producers.permissions.add(stray)
    producers.permissions.remove(kept)
    sync_groups()
    assert set(producers.permissions.filter(codename__in=["delete_lead", "view_lead"])) == {kept}


@pytest.mark.django_db
def test_writing_the_groups_again_writes_nothing(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(6) as queries:
        sync_groups()
    assert not [query for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]


@pytest.mark.django_db(transaction=True)
def test_a_flushed_database_has_the_groups_and_the_lines_again() -> None:
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS.values())
    assert apps.get_model("producers.LineOfBusiness").objects.filter(key="personal_auto").exists()


@pytest.mark.django_db
def test_only_a_manager_sees_every_lead_and_only_marketing_sees_no_personal_data() -> None:
    people = {role: named(role) for role in GROUPS}
    for role, user in people.items():
        set_group(user, role)
    assert [role for role, user in people.items() if user.has_perm("agency.see_all_leads")] == ["manager"]
    assert [role for role, user in people.items() if not user.has_perm("agency.see_personal_data")] == ["marketing"]


@pytest.mark.django_db
def test_a_manager_is_staff_and_a_demoted_one_no_longer() -> None:
    rosa = named("rosa")
    set_group(rosa, "manager")
    assert (role_of(rosa), rosa.is_staff) == ("manager", True)
    set_group(rosa, "producer")
    assert (role_of(rosa), rosa.is_staff) == ("producer", False)
    assert not User.objects.get(pk=rosa.pk).is_staff


@pytest.mark.django_db
def test_groups_that_are_no_roles_stay() -> None:
    carla = named("carla")
    carla.groups.add(Group.objects.create(name="Key holders"))
    set_group(carla, "csr")
    set_group(carla, "marketing")
    assert set(carla.groups.values_list("name", flat=True)) == {"Key holders", "Marketing"}


@pytest.mark.django_db
def test_a_superuser_counts_as_a_manager_and_keeps_the_staff_mark() -> None:
    owner = named("owner", is_superuser=True, is_staff=True)
    assert is_manager(owner)
    set_group(owner, "producer")
    assert owner.is_staff
    assert is_manager(owner)


@pytest.mark.django_db
def test_a_stranger_has_no_role() -> None:
    assert role_of(AnonymousUser()) == ""
    assert role_of(named("nobody")) == ""


@pytest.mark.django_db
def test_the_role_is_asked_of_the_database_once(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    sarah = named("sarah")
    set_group(sarah, roles.PRODUCER)
    sarah = User.objects.get(pk=sarah.pk)
    with django_assert_num_queries(1):
        assert role_of(sarah) == "producer"
        assert not is_manager(sarah)

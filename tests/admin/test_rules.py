"""Rules edited in the admin: copied into a draft, changed, published, in force for the next lead."""

from leads.intake import receive
from producers.models import License
from routing import rulesets
from routing.admin.forms import NAME_TWICE
from routing.admin.rulesets import SURE
from routing.models import Rule, RuleSet, RuleSetState
from tests.admin.browser import add_row, errors_of, form_of, messages_of, page, row, send
from tests.office import ANA, NOW, TAKING_TURNS

CONFIRM = {"_form_submitted": "True"}


def in_force() -> RuleSet:
    return RuleSet.objects.get(state=RuleSetState.PUBLISHED)


def draft_page(rosa) -> str:
    """Press "Edit these rules" on the rules in force; the page of the draft."""
    answer = rosa.post(page("routing_ruleset_edit_copy", in_force().pk), CONFIRM)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_the_rules_in_force_are_read_in_words(rosa, office):
    answer = rosa.get(page("routing_ruleset_current"), follow=True)
    text = answer.content.decode()
    assert TAKING_TURNS in text
    assert "in turn" in text.lower() or "round" in text.lower() or "turns" in text.lower()
    assert "Edit these rules" in text


def test_a_rule_edited_and_published_holds_for_the_next_lead(rosa, office):
    url = draft_page(rosa)
    assert receive(ANA, source=office.website, now=NOW).decision.rule == TAKING_TURNS
    values = form_of(rosa, url)
    first = row(values, "rules", name=TAKING_TURNS)
    answer = send(
        rosa,
        url,
        **{f"{first}-name": "All to Sarah", f"{first}-then": "person: sarah", "routing_ruleset_publish": "Save and publish"},
    )
    assert not errors_of(answer), errors_of(answer)
    for n in range(3):
        decision = receive(ANA | {"email": f"next{n}@mail.example", "phone": ""}, source=office.website, now=NOW).decision
        assert (decision.rule, decision.producer) == ("All to Sarah", "sarah")


def test_saving_a_draft_changes_nothing_for_leads(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    send(rosa, url, **{f"{first}-then": "person: sarah"})
    assert receive(ANA, source=office.website, now=NOW).decision.ruleset == 1
    assert in_force().version == 1


def test_what_was_in_force_cannot_be_changed(rosa, office):
    published = in_force()
    rule = published.rules.get()
    values = {
        "note": "changed",
        "rules-TOTAL_FORMS": 1,
        "rules-INITIAL_FORMS": 1,
        "rules-0-id": rule.pk,
        "rules-0-name": "changed",
    }
    assert rosa.post(page("routing_ruleset_change", published.pk), values).status_code == 403
    assert rosa.post(page("routing_ruleset_delete", published.pk), {"post": "yes"}).status_code == 403
    rule.refresh_from_db()
    assert rule.name == TAKING_TURNS


def test_the_version_before_is_kept_to_be_read(rosa, office):
    send(rosa, draft_page(rosa), routing_ruleset_publish="1")
    old = RuleSet.objects.get(version=1)
    assert old.state == RuleSetState.ARCHIVED
    assert TAKING_TURNS in rosa.get(page("routing_ruleset_change", old.pk)).content.decode()


def test_a_condition_that_is_not_understood_is_an_error_where_it_was_typed(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    answer = send(rosa, url, **{f"{first}-when": "teir: hot", "routing_ruleset_publish": "1"})
    assert any(error.startswith("when: ") and "teir" in error for error in errors_of(answer))
    assert in_force().version == 1


def test_an_action_that_names_nobody_known_is_an_error_where_it_was_typed(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    answer = send(rosa, url, **{f"{first}-then": "person: sara"})
    assert any(error.startswith("then: ") and "sara" in error for error in errors_of(answer))


def test_a_rule_without_an_action_is_an_error(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    assert any(error.startswith("then: ") for error in errors_of(send(rosa, url, **{f"{first}-then": ""})))


def test_a_new_rule_goes_last_and_a_moved_one_where_it_was_put(rosa, office):
    url = draft_page(rosa)
    send(
        rosa,
        url,
        **add_row(form_of(rosa, url), "rules", name="Hot to James", when="tier: hot", then="person: james", position=""),
    )
    draft = RuleSet.objects.get(state=RuleSetState.DRAFT)
    assert list(draft.rules.order_by("position").values_list("name", flat=True)) == [TAKING_TURNS, "Hot to James"]
    hot = row(form_of(rosa, url), "rules", name="Hot to James")
    turns = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    send(rosa, url, **{f"{hot}-position": "0", f"{turns}-position": "1"})
    assert list(draft.rules.order_by("position").values_list("name", "position")) == [("Hot to James", 1), (TAKING_TURNS, 2)]


def test_a_rule_takes_the_place_that_is_typed_whoever_stood_there(rosa, office):
    url = draft_page(rosa)
    for name in ("B", "C", "D"):
        send(rosa, url, **add_row(form_of(rosa, url), "rules", name=name, then="person: james", position=""))
    draft = RuleSet.objects.get(state=RuleSetState.DRAFT)

    def put(name: str, place: str) -> str:
        send(rosa, url, **{f"{row(form_of(rosa, url), 'rules', name=name)}-position": place})
        return " ".join(draft.rules.exclude(name=TAKING_TURNS).order_by("position").values_list("name", flat=True))

    assert list(draft.rules.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]
    assert put("D", "2") == "D B C"
    assert put("D", "3") == "B D C"
    assert put("B", "4") == "D C B"


def test_only_a_draft_has_handles_and_boxes_and_is_not_copied_again(rosa, office):
    in_words = rosa.get(page("routing_ruleset_change", in_force().pk)).content.decode()
    assert "As written" in in_words
    assert rosa.get(page("routing_ruleset_change", "7/none-such")).status_code == 302
    assert "drag_indicator" not in in_words
    assert "<textarea" not in in_words
    url = draft_page(rosa)
    draft = rosa.get(url).content.decode()
    assert "drag_indicator" in draft
    for button in ("Try a lead", "What would have changed?", "Compare", "Save and publish"):
        assert button in draft
    assert "Edit these rules" not in draft
    assert "Edit these rules" in in_words


def test_a_box_is_as_high_as_what_is_in_it(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    then = "distribute: best_fit\namong: everyone\nhold_seconds: 30"
    send(rosa, url, **{f"{first}-when": "tier: hot", f"{first}-then": then})
    form = rosa.get(url).context["inline_admin_formsets"][0].formset.forms[0]
    assert (form.fields["when"].widget.attrs["rows"], form.fields["then"].widget.attrs["rows"]) == (1, 3)


def test_two_rules_of_one_name_are_refused(rosa, office):
    url = draft_page(rosa)
    answer = send(rosa, url, **add_row(form_of(rosa, url), "rules", name=TAKING_TURNS, then="person: james", position=""))
    assert errors_of(answer) == [f"name: {NAME_TWICE}"]


def test_names_that_differ_in_capitals_only_are_refused_too(rosa, office):
    url = draft_page(rosa)
    again = add_row(form_of(rosa, url), "rules", name=TAKING_TURNS.upper(), then="person: james", position="")
    assert errors_of(send(rosa, url, **again)) == [f"name: {NAME_TWICE}"]


def test_what_is_wrong_with_a_rule_is_said_without_its_path(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    answer = send(rosa, url, **{f"{first}-when": "teir: hot", f"{first}-then": "person: zed"})
    assert errors_of(answer) == ["when: teir: is not a condition", "then: there is no person 'zed'"]


def test_rules_that_do_not_do_what_they_say_are_published_at_the_second_press(rosa, office):
    License.objects.filter(producer=office.sarah).get().delete()
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    change = {f"{first}-name": "All to Sarah", f"{first}-then": "person: sarah", "routing_ruleset_publish": "1"}
    wrong = "Rule “All to Sarah”: Sarah M., whom this rule names, holds no license in force."
    assert SURE.format(wrong=wrong) in messages_of(rosa.post(url, form_of(rosa, url) | change, follow=True))
    assert in_force().version == 1
    rosa.post(url, form_of(rosa, url) | {"routing_ruleset_publish": "1"})
    assert in_force().version == 2


def test_a_rule_is_written_in_the_words_of_the_agency_file(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    send(rosa, url, **{f"{first}-when": '{"tiers": ["hot", "warm"]}', f"{first}-then": "{distribute: best_fit, among: everyone}"})
    rule = Rule.objects.get(ruleset__state=RuleSetState.DRAFT)
    assert rule.when == {"tiers": ["hot", "warm"]}
    assert form_of(rosa, url)[f"{first}-when"] == ["tiers: [hot, warm]"]


def test_a_set_that_cannot_be_published_any_more_says_why(rosa, office):
    url = draft_page(rosa)
    first = row(form_of(rosa, url), "rules", name=TAKING_TURNS)
    send(rosa, url, **{f"{first}-then": "person: james"})
    office.james.active = False
    office.james.save()
    values = form_of(rosa, url)
    answer = rosa.post(url, values | {"routing_ruleset_publish": "1"}, follow=True)
    assert in_force().version == 1
    assert "James K. no longer works here" in " ".join(errors_of(answer) if answer.context.get("errors") else messages_of(answer))


def test_a_marketing_person_cannot_publish(office, client):
    client.force_login(office.mia)
    assert client.post(page("routing_ruleset_edit_copy", in_force().pk), CONFIRM).status_code == 302
    assert RuleSet.objects.count() == 1


def test_copying_asks_first(rosa, office):
    answer = rosa.get(page("routing_ruleset_edit_copy", in_force().pk))
    assert answer.status_code == 200
    assert RuleSet.objects.count() == 1
    assert rulesets.published().version == 1

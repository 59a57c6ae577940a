"""What becomes of a request: a lead with an owner and running timers, or a part of one that is there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agency.models import Message
from leads.flags import NO_LINE, NO_ZIP, POSSIBLE_DUPLICATE, UNKNOWN_LINE, UNKNOWN_ZIP
from leads.intake import IdempotencyConflict, IntakeError, fields, payload, receive, record_event, resubmit
from leads.models import Client, Consent, Event, FollowUpStep, Household, Lead, Note, RejectedIntake, Submission
from producers.models import Producer
from routing.models import Assignment, LadderStep, RoutingDecision

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def kinds(lead):
    return list(Event.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))


def test_a_request_becomes_a_lead_with_an_owner_and_running_timers(harbor):
    receipt = harbor.receive()
    lead = Lead.objects.get()
    assert (receipt.created, receipt.duplicate, receipt.replayed) == (True, False, False)
    assert receipt.lead == lead
    assert receipt.decision.outcome == "assigned"
    assert lead.owner.key == receipt.decision.producer
    assert (lead.status, lead.score, lead.tier, lead.held_until) == ("new", 40, "warm", None)
    assert (lead.city, lead.state, lead.county, lead.timezone) == ("New York", "NY", "New York County", "America/New_York")
    assert lead.mql_at == harbor.now
    assert lead.sql_at is None
    assert lead.score_reasons == [
        {"points": 25, "reason": "Requested a quote or callback"},
        {"points": 15, "reason": "In our territory"},
    ]
    assert Assignment.objects.get().producer == lead.owner
    assert FollowUpStep.objects.filter(lead=lead).count() == 11
    assert LadderStep.objects.filter(lead=lead).count() == 4
    assert Message.objects.filter(lead=lead, user=lead.owner.user, kind__contains="assigned").exists()


def test_the_lead_in_the_receipt_is_as_the_database_has_it(harbor):
    lead = harbor.receive().lead
    fresh = Lead.objects.get(pk=lead.pk)
    for field in Lead._meta.concrete_fields:
        assert getattr(lead, field.attname) == getattr(fresh, field.attname), field.name


def test_the_request_is_kept_as_it_was_sent_with_what_it_cost(harbor):
    harbor.receive("google_ads", utm={"campaign": "fall"})
    submission = Submission.objects.get()
    assert submission.payload["utm"] == {"campaign": "fall"}
    assert submission.payload["phone"] == "(212) 555-0143"
    assert (submission.cost, submission.created, submission.door) == (Decimal("45.00"), True, "api")


def test_everything_that_may_be_sent_is_kept(harbor):
    lead = harbor.receive(
        current_carrier="Acme Mutual",
        policy_expires_on="2027-01-10",
        heard_from="A neighbor",
        external_id="A-17",
        kind="aged",
        exclusive=False,
        premium_estimate="1,250.50",
        notes="Two cars,\none driver",
        callback_at="2026-11-25T10:00:00",
        language="es",
        attributes={"age": 42, "vehicles": 2},
        consent={
            "channels": ["call", "text"],
            "text": "I agree to be called.",
            "at": "2026-11-24T14:59:00-05:00",
            "ip": "192.0.2.7",
            "user_agent": "Browser/1.0",
            "certificate_url": "https://cert.example/1",
        },
        events=[{"kind": "pricing_view", "at": "2026-11-24T14:50:00-05:00", "data": {"page": "/auto"}}],
    ).lead
    lead.refresh_from_db()
    assert (lead.current_carrier, lead.heard_from, lead.external_id, lead.language) == (
        "Acme Mutual",
        "A neighbor",
        "A-17",
        "es",
    )
    assert (lead.kind, lead.exclusive, lead.premium_estimate) == ("aged", False, Decimal("1250.50"))
    assert lead.callback_at == datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
    assert lead.attributes == {"age": 42, "vehicles": 2}
    assert Note.objects.get().text == "Two cars,\none driver"
    consent = Consent.objects.get()
    assert (consent.channels, consent.granted, consent.phone, consent.email) == (
        ["call", "sms"],
        True,
        "+12125550143",
        "ana.ruiz@example.com",
    )
    assert (consent.at, consent.ip) == (datetime(2026, 11, 24, 19, 59, tzinfo=UTC), "192.0.2.7")
    assert kinds(lead) == ["pricing_view", "quote_request"]


def test_an_unticked_box_is_no_consent(harbor):
    harbor.receive(consent={"channels": [], "text": "I agree to be called."})
    assert not Consent.objects.exists()


def test_an_event_ahead_of_our_clock_happened_now(harbor):
    lead = harbor.receive(events=[{"kind": "pricing_view", "at": "2026-11-25T14:50:00-05:00"}]).lead
    assert Event.objects.get(lead=lead, kind="pricing_view").at == harbor.now


def test_an_unsubscribe_closes_the_mailbox(harbor):
    lead = harbor.receive(events=[{"kind": "unsubscribe", "at": "2026-11-24T14:40:00-05:00"}]).lead
    row = Consent.objects.get(lead=lead)
    assert (row.granted, row.channels, row.email, row.phone) == (False, ["email"], "ana.ruiz@example.com", "")


@pytest.mark.parametrize("line", ["personal_auto", "Personal auto", "PERSONAL AUTO", " personal-auto ", "AUTOP"])
def test_a_line_is_known_by_key_name_or_code(harbor, line):
    lead = harbor.receive(line=line).lead
    assert (lead.line, lead.family, lead.flags) == ("personal_auto", "personal", [])


def test_what_cannot_be_recognised_is_kept_and_flagged_in_words(harbor):
    lead = harbor.receive("referral", line="Spaceship", zip_code="ABC").lead
    assert (lead.line, lead.family, lead.zip_code, lead.state) == ("Spaceship", "", "ABC", "")
    assert lead.flags == [UNKNOWN_ZIP.format(zip_code="ABC"), UNKNOWN_LINE.format(line="Spaceship")]
    other = harbor.receive("referral", phone="(212) 555-0199", email="ben@example.com", line=None, zip_code=None).lead
    assert other.flags == [NO_ZIP, NO_LINE]


@pytest.mark.parametrize(
    ("sent", "kept"), [(7030, "07030"), ("10310-1234", "10310-1234"), ({"zip": 1}, ""), ("1" * 50, "1" * 10), (True, "True")]
)
def test_a_zip_is_never_a_reason_to_refuse(harbor, sent, kept):
    assert harbor.receive("referral", zip_code=sent).lead.zip_code == kept


def test_the_area_code_says_nothing_about_the_state(harbor):
    assert harbor.receive("referral", zip_code=None, phone="(787) 555-0123").lead.state == ""


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("first_name", "   ", fields.REQUIRED),
        ("last_name", 7, fields.MUST_BE_TEXT),
        ("last_name", "x" * 101, fields.TOO_LONG.format(most=100)),
        ("first_name", "A\x00na", fields.CONTROL_CHARACTERS),
        ("email", "ana@@example", fields.BAD_EMAIL),
        ("phone", "555-0143", fields.BAD_PHONE),
        ("policy_expires_on", "01/10/2027", fields.BAD_DATE),
        ("callback_at", "tomorrow", fields.BAD_TIME),
        ("premium_estimate", -5, fields.BAD_AMOUNT),
        ("exclusive", "perhaps", fields.BAD_FLAG),
        ("kind", "cold_call", fields.BAD_CHOICE.format(choices="real_time, live_transfer, aged")),
        ("attributes", [1], fields.BAD_OBJECT),
        ("attributes", {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, fields.TOO_DEEP.format(most=5)),
        ("events", {"kind": "x"}, fields.BAD_LIST),
        ("events", [{}] * 201, fields.TOO_MANY.format(most=200)),
        ("events", [{"kind": "a"}, {"kind": "a", "at": "noon"}], f"2: {fields.BAD_TIME}"),
        ("consent", "yes", fields.BAD_OBJECT),
        ("consent", {"channels": ["pigeon"]}, "channels: Must be one of call, sms, email, prerecorded."),
        ("consent", {"channels": ["call"], "ip": "1.2.3"}, f"ip: {fields.BAD_IP}"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(harbor, field, value, message):
    with pytest.raises(IntakeError) as error:
        harbor.receive(**{field: value})
    assert error.value.errors == {field: [message]}
    assert not Lead.objects.exists()
    assert not Submission.objects.exists()
    rejected = RejectedIntake.objects.get()
    assert (rejected.errors, rejected.received_at, rejected.source.key) == ({field: [message]}, harbor.now, "website")


def test_nobody_to_reach_is_told_under_both_names(harbor):
    with pytest.raises(IntakeError) as error:
        harbor.receive(phone=None, email=" ")
    assert error.value.errors == {"email": [payload.NOBODY_TO_REACH], "phone": [payload.NOBODY_TO_REACH]}


def test_a_wrong_number_beside_no_address_is_one_mistake(harbor):
    with pytest.raises(IntakeError) as error:
        harbor.receive(phone="12", email=None)
    assert list(error.value.errors) == ["phone"]


def test_every_wrong_field_is_told_at_once(harbor):
    with pytest.raises(IntakeError) as error:
        harbor.receive(first_name="", email="x", kind="y")
    assert set(error.value.errors) == {"first_name", "email", "kind"}


@pytest.mark.parametrize("body", [[], "text", None, 5, [{"a": 1}]])
def test_a_body_that_is_no_object_is_refused_and_kept(harbor, body):
    with pytest.raises(IntakeError):
        receive(body, source=harbor.source("website"), now=harbor.now)
    assert RejectedIntake.objects.get().payload == body


def test_what_json_columns_cannot_hold_does_not_break_the_intake(harbor):
    harbor.receive(odd={"nul": "a\x00b", "half": "\ud800", "none": float("nan")})
    assert Submission.objects.get().payload["odd"] == {"nul": "a\ufffdb", "half": "?", "none": "nan"}


def test_the_same_key_and_body_is_the_same_request(harbor):
    first = harbor.receive(key="k-1")
    second = harbor.receive(key="k-1", now=harbor.now + HOUR)
    assert (second.created, second.duplicate, second.replayed) == (False, False, True)
    assert second.lead == first.lead
    assert second.decision.to_json() == first.decision.to_json()
    assert (Lead.objects.count(), Submission.objects.count(), RoutingDecision.objects.count()) == (1, 1, 1)


def test_the_same_key_with_another_body_is_a_conflict(harbor):
    harbor.receive(key="k-1")
    with pytest.raises(IdempotencyConflict):
        harbor.receive(key="k-1", first_name="Anna")
    assert Submission.objects.count() == 1


def test_the_same_key_with_another_body_that_is_wrong_is_a_conflict_too_and_nothing_to_mend(harbor):
    harbor.receive(key="k-1")
    with pytest.raises(IdempotencyConflict):
        harbor.receive(key="k-1", phone="555", email=None)
    assert not RejectedIntake.objects.exists()


def test_the_same_key_of_another_source_is_another_request(harbor):
    harbor.receive(key="k-1")
    assert harbor.receive("referral", key="k-1", email="ben@example.com", phone="(212) 555-0199").created


def test_the_order_of_fields_does_not_make_another_body(harbor):
    body = {"first_name": "Ana", "last_name": "Ruiz", "phone": "(212) 555-0143"}
    first = receive(body, source=harbor.source("referral"), idempotency_key="k", now=harbor.now)
    turned = dict(reversed(body.items()))
    assert receive(turned, source=harbor.source("referral"), idempotency_key="k", now=harbor.now).lead == first.lead


def test_the_sender_s_own_number_makes_it_the_same_request(harbor):
    first = harbor.receive(external_id="A-17")
    again = harbor.receive(external_id="A-17", phone="(212) 555-0199", email=None)
    assert (again.lead, again.created, again.replayed) == (first.lead, False, True)
    assert harbor.receive("referral", external_id="A-17", phone="(212) 555-0199", email=None).created


def test_a_replay_of_a_duplicate_is_still_a_duplicate(harbor):
    harbor.receive()
    joined = harbor.receive(key="k-2")
    again = harbor.receive(key="k-2")
    assert (joined.duplicate, again.duplicate, again.replayed) == (True, True, True)


def test_ana_again_joins_her_lead(harbor):
    first = harbor.receive().lead
    second = harbor.receive("google_ads", now=harbor.now + DAY, notes="Please call in the evening")
    assert (second.lead, second.created, second.duplicate) == (first, False, True)
    assert Lead.objects.get().source.key == "website"
    assert [(row.source.key, row.created, row.cost) for row in Submission.objects.order_by("id")] == [
        ("website", True, Decimal("3.00")),
        ("google_ads", False, Decimal("45.00")),
    ]
    assert Assignment.objects.count() == 1
    assert Note.objects.get().lead == first
    notice = Message.objects.get(kind="lead_came_back")
    assert (notice.user, notice.lead, notice.channel) == (first.owner.user, first, "in_app")


def test_coming_back_on_another_channel_within_a_week_raises_the_score(harbor):
    harbor.receive()
    lead = harbor.receive("google_ads", now=harbor.now + 2 * DAY).lead
    assert kinds(lead) == ["quote_request", "quote_request", "repeat_channel"]
    assert lead.score == 50
    assert {"points": 10, "reason": "Came back on another channel within 7 days"} in lead.score_reasons


def test_coming_back_after_more_than_a_week_does_not(harbor):
    harbor.receive()
    assert harbor.receive("google_ads", now=harbor.now + 8 * DAY).lead.score == 40


def test_the_same_channel_again_is_no_return(harbor):
    harbor.receive("facebook_ads")
    assert "repeat_channel" not in kinds(harbor.receive("facebook_forms", now=harbor.now + DAY).lead)


def test_a_person_is_known_by_mail_when_the_number_is_new(harbor):
    first = harbor.receive().lead
    second = harbor.receive(phone="(212) 555-0199")
    assert second.lead == first
    assert str(second.lead.phone) == "+12125550143"


def test_what_the_lead_lacked_is_filled_in(harbor):
    harbor.receive("referral", email=None, zip_code="ABC", line=None)
    lead = harbor.receive("referral", attributes={"age": 42}, current_carrier="Acme Mutual").lead
    lead.refresh_from_db()
    assert (lead.email, lead.state, lead.line, lead.family, lead.current_carrier) == (
        "ana.ruiz@example.com",
        "NY",
        "personal_auto",
        "personal",
        "Acme Mutual",
    )
    assert lead.attributes == {"age": 42}
    assert lead.flags == []


def test_an_unplaced_lead_that_becomes_clear_finds_an_owner(harbor):
    unplaced = harbor.receive("referral", zip_code=None)
    assert (unplaced.decision.outcome, unplaced.lead.owner.key) == ("unplaced", "rosa")
    placed = harbor.receive("referral", now=harbor.now + HOUR)
    assert placed.lead == unplaced.lead
    assert placed.decision.outcome == "assigned"
    assert Lead.objects.get().owner.key in ("james", "sarah")


def test_a_lead_whose_line_becomes_clear_leaves_an_owner_without_a_licence_for_it(harbor):
    first = harbor.receive(line="spaceship")
    assert (first.decision.outcome, first.lead.owner.key) == ("assigned", "james")
    again = harbor.receive(line="life_term", now=harbor.now + HOUR)
    assert (again.duplicate, again.decision.outcome, again.lead.owner.key) == (True, "assigned", "david")
    told = Message.objects.get(kind="lead_taken", channel="in_app")
    assert (told.user.username, "lacks life" in told.body) == ("james", True)


def test_another_family_is_another_lead_of_the_same_household_with_the_same_owner(harbor):
    auto = harbor.receive("referral", zip_code="10310").lead
    assert auto.owner.key == "david"
    life = harbor.receive("referral", zip_code="10005", line="life_term", now=harbor.now + HOUR)
    assert (life.created, life.lead.household) == (True, auto.household)
    assert life.decision.rule == "Someone we are already working with stays where they are"
    assert life.lead.owner.key == "david"


def test_a_line_nobody_knows_joins_whatever_is_open(harbor):
    first = harbor.receive().lead
    assert harbor.receive(line="spaceship").lead == first
    assert harbor.receive(line=None).lead == first


def test_the_family_that_fits_is_joined_before_one_that_might(harbor):
    harbor.receive("referral", line="spaceship", email=None)
    auto = harbor.receive("referral", phone=None).lead
    assert harbor.receive("referral", email=None).lead != auto  # the phone's lead comes first, whatever it is
    assert harbor.receive("referral", phone=None).lead == auto


def test_a_closed_lead_is_not_joined_but_its_household_is(harbor):
    first = harbor.receive().lead
    Lead.objects.filter(pk=first.pk).update(status="lost", closed_at=harbor.now)
    second = harbor.receive(now=harbor.now + DAY)
    assert second.created
    assert second.lead.household == first.household
    assert Household.objects.count() == 1


def test_when_phone_and_mail_point_at_two_leads_the_phone_s_wins_and_the_other_is_suggested(harbor):
    ana = harbor.receive("referral", email=None).lead
    ben = harbor.receive("referral", phone=None, email="ben@example.com").lead
    both = harbor.receive("referral", email="ben@example.com")
    assert both.lead == ana
    assert both.lead.flags == [POSSIBLE_DUPLICATE.format(lead=ben.pk)]
    assert Lead.objects.get(pk=ana.pk).email == "ben@example.com"


def test_a_nurtured_lead_that_becomes_worth_a_call_is_routed(harbor):
    cold = harbor.receive("facebook_ads")
    assert (cold.lead.status, cold.lead.owner, cold.lead.steward.key) == ("nurture", None, "rosa")
    warm = harbor.receive("website", now=harbor.now + DAY)
    assert (warm.lead, warm.duplicate, warm.decision.outcome) == (cold.lead, True, "assigned")
    lead = Lead.objects.get()
    assert (lead.status, lead.score, lead.steward) == ("new", 50, None)
    assert lead.owner.key in ("james", "sarah")
    assert [(row.before, row.after) for row in lead.status_changes.all()] == [("nurture", "new")]


def test_leaving_nurture_at_the_very_instant_of_arrival_ends_it_too(harbor):
    cold = harbor.receive("facebook_ads").lead
    harbor.receive("website")
    running = FollowUpStep.objects.filter(lead=cold, state__in=("due", "waiting")).values_list("plan__key", flat=True)
    assert set(running) == {"speed_to_lead"}


def test_a_nurtured_lead_that_stays_cold_stays_nurtured(harbor):
    harbor.receive("facebook_ads")
    again = harbor.receive("facebook_ads", now=harbor.now + DAY)
    assert (again.duplicate, again.lead.status) == (True, "nurture")
    assert RoutingDecision.objects.count() == 1


@pytest.mark.parametrize(("csr", "producer", "owner"), [("carla", "james", "carla"), (None, "james", "james")])
def test_a_client_goes_to_whoever_serves_them(harbor, csr, producer, owner):
    people = {one.key: one for one in Producer.objects.all()}
    client = Client.objects.create(
        first_name="Ana",
        last_name="Ruiz",
        phone="+12125550143",
        csr=people.get(csr),
        producer=people.get(producer),
        created_at=harbor.now,
    )
    receipt = harbor.receive()
    assert receipt.decision.rule == "Existing clients go to whoever serves them"
    assert (receipt.lead.owner.key, receipt.lead.client) == (owner, client)
    client.refresh_from_db()
    assert client.household == receipt.lead.household


def test_a_client_whose_csr_has_left_goes_to_the_producer(harbor):
    people = {one.key: one for one in Producer.objects.all()}
    Producer.objects.filter(key="carla").update(active=False)
    Client.objects.create(
        last_name="Ruiz", email="ana.ruiz@example.com", csr=people["carla"], producer=people["james"], created_at=harbor.now
    )
    assert harbor.receive().lead.owner.key == "james"


def test_a_lead_whose_person_became_a_client_meanwhile_is_theirs(harbor):
    lead = harbor.receive().lead
    client = Client.objects.create(last_name="Ruiz", phone="+12125550143", created_at=harbor.now)
    harbor.receive(now=harbor.now + HOUR)
    lead.refresh_from_db()
    assert lead.client == client


def test_a_former_client_is_no_client(harbor):
    Client.objects.create(last_name="Ruiz", phone="+12125550143", active=False, created_at=harbor.now)
    assert harbor.receive().lead.client is None


def test_a_refused_request_is_mended_and_sent_again_once(harbor):
    with pytest.raises(IntakeError):
        harbor.receive(phone="555-0143")
    rejected, rosa = RejectedIntake.objects.get(), harbor.person("rosa")
    with pytest.raises(IntakeError):
        resubmit(rejected, {**rejected.payload, "phone": "555"}, by=rosa, now=harbor.now)
    assert RejectedIntake.objects.get().resolved_at is None
    receipt = resubmit(rejected, {**rejected.payload, "phone": "(212) 555-0143"}, by=rosa, now=harbor.now + HOUR)
    assert receipt.created
    row = RejectedIntake.objects.get()
    assert (row.lead, row.resolved_by, row.resolved_at) == (receipt.lead, rosa, harbor.now + HOUR)
    with pytest.raises(IntakeError):
        resubmit(rejected, row.payload, by=rosa, now=harbor.now)


def test_an_event_is_stored_and_counts_at_once(harbor):
    lead = harbor.receive().lead
    event = record_event(lead, "pricing_view", at=harbor.now + HOUR, data={"page": "/auto"}, now=harbor.now + HOUR)
    assert (event.kind, event.data) == ("pricing_view", {"page": "/auto"})
    assert (lead.score, lead.last_activity_at) == (50, harbor.now + HOUR)


def test_an_event_that_lifts_a_lead_out_of_nurture_routes_it(harbor):
    lead = harbor.receive("facebook_ads").lead
    record_event(lead, "pricing_view", at=harbor.now + HOUR, now=harbor.now + HOUR)
    assert (lead.status, lead.owner) == ("nurture", None)
    record_event(lead, "callback_request", at=harbor.now + 2 * HOUR, now=harbor.now + 2 * HOUR)
    assert (lead.status, lead.tier, lead.score, lead.mql_at) == ("new", "warm", 50, harbor.now + 2 * HOUR)
    assert lead.owner.key in ("james", "sarah")
    assert [decision.cause for decision in RoutingDecision.objects.order_by("id")] == ["intake", "event"]


def test_first_crossings_are_stamped_once(harbor):
    lead = harbor.receive(policy_expires_on="2027-01-10").lead
    assert (lead.score, lead.mql_at, lead.sql_at) == (55, harbor.now, None)
    later = harbor.now + HOUR
    record_event(lead, "pricing_view", at=later, now=later)
    assert (lead.tier, lead.mql_at, lead.sql_at) == ("hot", harbor.now, later)
    record_event(lead, "unsubscribe", at=later + HOUR, now=later + HOUR)
    assert (lead.tier, lead.sql_at) == ("warm", later)
    told = Message.objects.filter(kind="lead_turned_hot", user=lead.owner.user, severity="urgent")
    assert set(told.values_list("channel", flat=True)) == {"in_app", "email", "sms"}


def test_an_event_of_another_channel_is_a_return(harbor):
    lead = harbor.receive().lead
    record_event(lead, "page_view", at=harbor.now + HOUR, now=harbor.now + HOUR, source=harbor.source("google_ads"))
    assert kinds(lead) == ["quote_request", "page_view", "repeat_channel"]
    record_event(lead, "page_view", at=harbor.now + 2 * HOUR, now=harbor.now + 2 * HOUR, data={"source": "google_ads"})
    assert kinds(lead).count("repeat_channel") == 1


def test_an_event_of_a_closed_lead_is_kept_and_changes_nothing_else(harbor):
    lead = harbor.receive().lead
    Lead.objects.filter(pk=lead.pk).update(status="lost", closed_at=harbor.now)
    record_event(lead, "callback_request", at=harbor.now, now=harbor.now)
    assert (lead.status, lead.score) == ("lost", 40)
    assert kinds(lead) == ["quote_request", "callback_request"]


@pytest.mark.parametrize(("kind", "data"), [("", None), ("a b", None), ("ok", {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}})])
def test_an_event_that_cannot_be_kept_is_refused(harbor, kind, data):
    lead = harbor.receive().lead
    with pytest.raises(IntakeError):
        record_event(lead, kind, at=harbor.now, data=data, now=harbor.now)

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The floors below know how to ask about leads, and every change to what intake caches counts."""
        from agency import warming
        from agency.agencyfile import register
        from agency.messaging import register_gate
        from agency.messaging.feedback import register_listener
        from agency.revisions import CONTACT, PLANS, SCORING, SOURCES, watch
        from leads import barred, calls, contactrules, followup, models, schedule, servicing
        from leads.agencyfile import SECTIONS
        from leads.facts import lead_facts
        from leads.followup import whereabouts
        from leads.inbound.problems import on_problem
        from leads.intake import places
        from producers import counties, leaving
        from routing import assignment, escalation, offboarding
        from routing import places as routing_places

        watch(SOURCES, models.Source)
        watch(SCORING, models.ScoreModel)
        watch(PLANS, models.Plan, models.PlanStep, models.Template)
        watch(CONTACT, models.ContactWindow, models.EmergencyStop, models.DoNotCallList)
        for section in SECTIONS:
            register(section)
        register_gate(followup.gate_messages, followup.keep_of_messages)
        register_listener(on_problem)
        assignment.register_facts(lead_facts)
        escalation.register_bar(barred.why_not_call)
        assignment.on_decided(followup.on_decided)
        followup.on_calls_due(calls.due_to_dial)
        offboarding.on_leaving(followup.on_leaving)
        leaving.register_clients(count=servicing.clients_of, hand_over=servicing.hand_over)
        counties.register(places.counties)
        routing_places.register(spot_of=places.spot_of, states_between=places.states_between)
        schedule.register_duties()
        warming.register(places.read)
        warming.register(whereabouts.read)
        post_migrate.connect(contactrules.ship, sender=self, dispatch_uid="leads.contactrules")

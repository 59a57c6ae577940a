"""What is on record of some numbers, by one statement."""

ATTEMPT, INQUIRY, PURCHASE, CLIENT, LISTED = "attempt", "inquiry", "purchase", "client", "listed"

KNOWN = """
SELECT "to", 'attempt', CASE state WHEN 'done' THEN finished_at WHEN 'stuck' THEN due_at END FROM agency_message
 WHERE "to" = ANY(%(numbers)s::varchar[]) AND audience = 'consumer' AND channel IN ('sms', 'voice')
   AND ((state = 'done' AND finished_at > %(since)s::timestamptz) OR state IN ('in_flight', 'stuck'))
   AND NOT id = ANY(%(leaving)s::bigint[])
UNION ALL
SELECT lead.phone, 'attempt', touch.at FROM leads_lead lead JOIN leads_touch touch ON touch.lead_id = lead.id
 WHERE lead.phone = ANY(%(numbers)s::varchar[]) AND lead.phone <> '' AND touch.at > %(since)s::timestamptz
   AND touch.direction = 'out' AND touch.channel IN ('call', 'sms') AND touch.message_id IS NULL
UNION ALL
SELECT phone, 'inquiry', max(received_at) FROM leads_lead
 WHERE phone = ANY(%(numbers)s::varchar[]) AND phone <> '' AND kind <> 'aged' GROUP BY phone
UNION ALL
SELECT lead.phone, 'inquiry', max(sent.received_at) FROM leads_lead lead JOIN leads_submission sent ON sent.lead_id = lead.id
 WHERE lead.phone = ANY(%(numbers)s::varchar[]) AND lead.phone <> '' AND lead.kind <> 'aged' GROUP BY lead.phone
UNION ALL
SELECT lead.phone, 'purchase', max(policy.bound_at) FROM leads_lead lead JOIN leads_policy policy ON policy.lead_id = lead.id
 WHERE lead.phone = ANY(%(numbers)s::varchar[]) AND lead.phone <> '' GROUP BY lead.phone
UNION ALL
SELECT phone, 'client', max(created_at) FROM leads_client
 WHERE phone = ANY(%(numbers)s::varchar[]) AND phone <> '' AND active GROUP BY phone
UNION ALL
SELECT '+1' || lpad(number::text, 10, '0'), 'listed', NULL FROM leads_donotcallnumber
 WHERE number = ANY(%(digits)s::bigint[])
"""
"""Numbers in; out come the number, what is known of it, and when that was (NULL: it is under way, or has no date).

A message that was sent counts as an attempt itself, so a touch that tells of it is not counted again. What is in flight,
or may have been sent, counts. Aged leads asked somebody else long ago: they are no inquiry.
"""

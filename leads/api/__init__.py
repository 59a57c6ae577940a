"""The REST API of leads: doors in, lists, what a producer does with a lead, its history."""

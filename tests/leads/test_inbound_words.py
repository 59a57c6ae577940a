"""What people write, and what it is taken for: every keyword, every phrase, every vector, in any dress."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leads.inbound.words import Meaning, classify, fresh, normal

# Federal, Twilio's, other carriers', and what people write instead.
STOPS = """stop|quit|end|revoke|opt out|cancel|unsubscribe|stopall|optout|arret|opt-out|stop all|remove|td|stopp|stpo|stop it|
stop texting|unsub|no more|remove me|take me off|leave me alone|do not text|dont text|do not contact|not interested|no thanks|
alto|parar|cancelar|baja|detener""".replace("\n", "").split("|")
SENTENCES = (
    "please stop texting me",
    "Quit calling",
    "cease all contact",
    "don't message me again",
    "Don’t ever text this phone",
    "do not bother us",
    "no more emails",
    "no further contact",
    "just remove me already",
    "take me off your list",
    "remove my number",
    "remove this name from it",
    "get me off this database",
    "I want to unsubscribe from this",
    "opting out",
    "I am opting-out of this",
    "I opt out!",
)
COMPLAINTS = (
    "you will hear from my lawyer",
    "my attorney knows",
    "I will sue",
    "this violates the TCPA",
    "I reported you",
    "I report you to the FCC",
    "I am on the do not call list",
    "see the do-not-call registry",
)
VECTORS_STOP = ("STOP", "Stop.", "please stop texting me", "No more calls", "take me off your list", "don’t text me",
                "opting out", "Unsubscribe")  # fmt: skip
VECTORS_GO = ("I will stop by Tuesday", "no problem, call me tomorrow", "can you call me at 5", "yes",
              "take me to the quote", "my current policy ends in May")  # fmt: skip


@pytest.mark.parametrize("word", STOPS)
def test_every_keyword_alone_asks_to_stop(word):
    heading = classify(word)
    assert (heading.meaning, heading.sure, heading.complaint) == (Meaning.OPT_OUT, True, False)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_phrase_asks_to_stop_and_a_person_looks(sentence):
    heading = classify(sentence)
    assert heading.meaning == Meaning.OPT_OUT
    assert heading.complaint is False
    assert heading.sure is (normal(sentence) in STOPS)


@pytest.mark.parametrize("sentence", COMPLAINTS)
def test_complaints_ask_to_stop_and_are_marked(sentence):
    heading = classify(sentence)
    assert (heading.meaning, heading.sure, heading.complaint) == (Meaning.OPT_OUT, False, True)


@pytest.mark.parametrize("text", VECTORS_STOP)
def test_the_vectors_that_ask_to_stop(text):
    assert classify(text).meaning == Meaning.OPT_OUT


@pytest.mark.parametrize("text", VECTORS_GO)
def test_the_vectors_that_do_not(text):
    assert classify(text).meaning == Meaning.WORDS


@pytest.mark.parametrize("text", ["wrong number", "Wrong number!", "you have the wrong number", "sorry, wrong person"])
def test_a_wrong_number_is_about_the_number_and_not_the_person(text):
    assert classify(text).meaning == Meaning.WRONG_NUMBER


@pytest.mark.parametrize("text", ["HELP", "info", "Help?", "help please"])
def test_help_is_asked_for(text):
    assert classify(text).meaning == Meaning.HELP


@pytest.mark.parametrize("text", ["START", "unstop", "Yes", "yes please"])
def test_start_counts_only_after_a_stop(text):
    assert classify(text, opted_out=True).meaning == Meaning.START
    assert classify(text).meaning == Meaning.WORDS


@pytest.mark.parametrize("text", ["Stop please", "ok stop now", "STOP STOP STOP", "Hello, stop. Thank you!"])
def test_courtesies_change_nothing(text):
    assert classify(text).meaning == Meaning.OPT_OUT


@pytest.mark.parametrize("text", ["", "   ", "👍", "...", "I need help with my claim", "the end of May", "yes, until the end"])
def test_other_words_are_words(text):
    assert classify(text).meaning == Meaning.WORDS


SAID = [*STOPS, *SENTENCES, *COMPLAINTS, *VECTORS_GO, "wrong number", "help", "info", "start", "unstop"]
DRESS = st.text(st.sampled_from(" .,!?\"'“”’()*-_🛑😀❤️\t\n\u200b\u00a0"), max_size=6)


@given(st.sampled_from(SAID), DRESS, DRESS, st.sampled_from([str, str.upper, str.title, str.casefold]), st.booleans())
@example("stop", "“", "!”🛑", str.upper, False)
def test_padding_and_case_never_change_what_it_means(text, before, after, case, opted_out):
    dressed = before + case(text) + after
    assert classify(dressed, opted_out=opted_out) == classify(text, opted_out=opted_out)


@given(st.sampled_from(SAID), st.sampled_from([" ", "  ", "\n", "\t ", "\u3000", "\u00a0"]))
def test_wider_spaces_never_change_what_it_means(text, space):
    assert classify(text.replace(" ", space)) == classify(text)


def test_letters_of_full_width_are_the_same_letters():
    assert classify("ＳＴＯＰ").meaning == Meaning.OPT_OUT


@given(st.text(max_size=200), st.booleans())
def test_any_text_has_a_meaning(text, opted_out):
    heading = classify(text, opted_out=opted_out)
    assert heading.complaint is False or heading.meaning == Meaning.OPT_OUT
    assert heading.meaning != Meaning.START or opted_out


MAIL = """Stop

On Fri, Nov 20, 2026 at 9:00 AM Sarah M. <leads@harborpoint.example> wrote:
> Hi Maria, call me.
> You can ask us to stop at any time: unsubscribe."""


def test_of_a_mail_only_what_its_writer_wrote_counts():
    assert fresh(MAIL) == "Stop"
    assert classify(fresh(MAIL.replace("Stop\n", "Sounds good\n", 1))).meaning == Meaning.WORDS
    assert fresh("Yes\n-- \nMaria\nAttorney at law") == "Yes"
    assert fresh("No\n\n-----Original Message-----\nunsubscribe") == "No"


def test_a_keyword_within_a_word_is_none():
    assert not re.search("stop", normal("S t o p")) and classify("nonstop quitting").meaning == Meaning.WORDS

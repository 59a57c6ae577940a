"""A browser without a screen: opens a page of the admin, changes what a person changes, and sends the whole form as it stands."""

from html.parser import HTMLParser

from django.test import Client
from django.urls import reverse


class _Form(HTMLParser):
    """The values that a browser would send of every form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._multiple = False
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name")
        if tag == "input" and name and given.get("type") not in {"submit", "button", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.values.setdefault(name, []).append(given.get("value") or ("on" if given.get("type") == "checkbox" else ""))
        elif tag == "select" and name:
            self._select, self._options, self._multiple = name, [], "multiple" in given
        elif tag == "option" and self._select:
            self._options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea" and name:
            self._textarea, self._text = name, ""

    def handle_data(self, data):
        if self._textarea:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            if not chosen and self._options and not self._multiple:
                chosen = [self._options[0][0]]
            if chosen:
                self.values[self._select] = chosen
            self._select = None
        elif tag == "textarea" and self._textarea:
            self.values[self._textarea] = [self._text.removeprefix("\n")]
            self._textarea = None


def page(name: str, *args: object) -> str:
    """The address of an admin page, such as `producers_producer_change`."""
    return reverse(f"admin:{name}", args=args)


def form_of(client: Client, url: str) -> dict[str, list[str]]:
    """What the form on the page holds."""
    answer = client.get(url)
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    parser = _Form()
    parser.feed(answer.content.decode())
    return parser.values


def send(client: Client, url: str, **changes: object):
    """Open the page, change what is given and save; the answer to the save, redirects followed."""
    values = form_of(client, url)
    for name, value in changes.items():
        values[name] = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
    return client.post(url, {name: value for name, value in values.items() if value is not None}, follow=True)


def row(values: dict[str, list[str]], prefix: str, **wanted: str) -> str:
    """The prefix of the inline row that holds these values, such as `licenses-0`."""
    for number in range(int(values[f"{prefix}-TOTAL_FORMS"][0])):
        if all(values.get(f"{prefix}-{number}-{name}", [""])[0] == value for name, value in wanted.items()):
            return f"{prefix}-{number}"
    raise AssertionError(f"no row of {prefix} with {wanted}")


def add_row(values: dict[str, list[str]], prefix: str, **cells: object) -> dict[str, object]:
    """The changes that add one row to an inline."""
    number = int(values[f"{prefix}-TOTAL_FORMS"][0])
    named = {f"{prefix}-{number}-{name}": value for name, value in cells.items()}
    return {f"{prefix}-TOTAL_FORMS": number + 1, **named}


def errors_of(answer) -> list[str]:
    """Every error shown on the page."""
    if "adminform" not in answer.context:
        return []  # saved: the list follows
    form = answer.context["adminform"].form
    found = [f"{name}: {error}" for name, errors in form.errors.items() for error in errors]
    for inline in answer.context["inline_admin_formsets"]:
        found += [str(error) for error in inline.formset.non_form_errors()]
        found += [f"{name}: {error}" for each in inline.formset.forms for name, errors in each.errors.items() for error in errors]
    return found


def messages_of(answer) -> list[str]:
    """What the page says happened."""
    return [str(message) for message in answer.context["messages"]]

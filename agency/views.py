"""The front door: log in and out, change a password, and the way to one's own start page."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm as PlainPasswordChangeForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from agency.forms import Styled
from agency.messaging.models import Channel, Message
from agency.models import User
from agency.pages import PageRequest, client_ip, forget_rate, page, public_page, within_rate

START_PAGES = {"producer": "leads:inbox", "csr": "leads:inbox", "manager": "leads:dashboard", "marketing": "leads:dashboard"}
LOGIN_TRIES = 10
LOGIN_WINDOW = 900  # seconds
TOO_MANY_LOGINS = "Too many tries. Wait a quarter of an hour, or ask a manager to set a new password."
NOTICES_SHOWN = 100


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """To the icon: browsers look here for one where an answer names none, such as a file or the end of a dialog."""
    return redirect(static("img/icon.svg"))


@page()
def home(request: HttpRequest) -> HttpResponse:
    """Each role's own start page."""
    return redirect(START_PAGES[cast(PageRequest, request).role])


class LoginForm(Styled, AuthenticationForm):
    """Django's log-in with a limit of failed tries per name and address."""

    def clean(self) -> dict[str, object]:
        """Valid credentials of an active person, or an error under the form."""
        username = str(self.cleaned_data.get("username", "")).lower()
        name = f"login:{client_ip(self.request) if self.request else ''}:{username}"
        if not within_rate(name, LOGIN_TRIES, LOGIN_WINDOW):
            self.add_error(None, TOO_MANY_LOGINS)
            return dict(self.cleaned_data)
        cleaned = dict(super().clean())
        forget_rate(name)  # whoever knows the password guesses nothing
        return cleaned


@method_decorator(public_page, name="dispatch")
class LoginView(auth.LoginView):
    """The log-in page; whoever is logged in already goes on."""

    template_name = "agency/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """A script that was led here, because its session ended, is told to load the page it is on anew."""
        response = super().dispatch(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            response["HX-Refresh"] = "true"
        return response


class PasswordChangeForm(Styled, PlainPasswordChangeForm):
    """The password of now, and the new one twice."""


@method_decorator(page(), name="dispatch")
class PasswordChangeView(auth.PasswordChangeView):
    """A person sets their own password."""

    template_name = "agency/password.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("home")

    def form_valid(self, form: object) -> HttpResponse:
        """The new password holds; this browser stays logged in, others do not."""
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)  # type: ignore[arg-type]  # the stub wants the concrete form


@page()
def notices(request: HttpRequest) -> HttpResponse:
    """What the person was told in the app, newest first."""
    found = Message.objects.filter(user=cast(User, request.user), channel=Channel.IN_APP).order_by("-created_at")
    return render(request, "agency/notices.html", {"notices": list(found[:NOTICES_SHOWN]), "now": timezone.now()})


@page()
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """The notice named by `id`, or all of the person's notices, are read; on to what it was about."""
    mine = Message.objects.filter(user=cast(User, request.user), channel=Channel.IN_APP)
    chosen = request.POST.get("id", "")
    if chosen.isdigit():
        mine = mine.filter(pk=int(chosen))
    mine.filter(read_at__isnull=True).update(read_at=timezone.now())
    about = mine.first() if chosen else None
    return redirect(about.path if about and about.path.startswith("/") else "notices")

"""Every address of the project, joined from the apps."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from agency import views
from agency.health import healthz

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read_notices"),
    path("", include("leads.urls")),
    path("", include("routing.urls")),
    path("", include("producers.urls")),
    path("api/v1/", include("leads.api_urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
]

"""Every address of the project, joined from the apps."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from agency import alerts, views
from agency.health import healthz

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_notices, name="read_notices"),
    path("account/alerts/", alerts.alerts, name="account_alerts"),
    path("account/alerts/test/", alerts.send_test, name="account_test"),
    path("account/alerts/devices/", alerts.add_device, name="account_device_add"),
    path("account/alerts/devices/<int:pk>/remove/", alerts.remove_device, name="account_device_remove"),
    path("push/renewed/", alerts.renew_device, name="push_renewed"),
    path("sw.js", alerts.service_worker, name="service_worker"),
    path("manifest.webmanifest", alerts.manifest, name="manifest"),
    path("", include("leads.urls")),
    path("", include("routing.urls")),
    path("", include("producers.urls")),
    path("api/v1/", include("leads.api_urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
]

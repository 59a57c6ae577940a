"""The pages about how leads are shared out."""

from django.urls import path

from routing import views

app_name = "routing"
urlpatterns = [
    path("fairness/", views.fairness_page, name="fairness"),
    path("fairness/rows/", views.fairness_rows, name="fairness_rows"),
]

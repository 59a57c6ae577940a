"""A lead as one row, and a key."""

from django.db import models


class Key(models.Model):
    """A bearer key by its hash."""

    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.digest[:8]


class Lead(models.Model):
    """What was sent."""

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField()
    phone = models.CharField(max_length=20)
    zip_code = models.CharField(max_length=10)
    line = models.CharField(max_length=40)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.email

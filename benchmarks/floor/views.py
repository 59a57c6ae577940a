"""One endpoint: check the key, validate, insert."""

from rest_framework import generics, serializers

from benchmarks.floor.models import Lead


class LeadSerializer(serializers.ModelSerializer):
    """All fields."""

    class Meta:
        model = Lead
        fields = "__all__"


class CreateLead(generics.CreateAPIView):
    """POST: a row."""

    serializer_class = LeadSerializer

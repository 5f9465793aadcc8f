"""The published figures against those computed here."""

"""Stories about bounded memory."""

"""The list to telephone and the history of reminders at the desk."""

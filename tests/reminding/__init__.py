"""One night's reminders over a real store, a real mail server and a real gateway."""

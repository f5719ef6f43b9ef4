"""Reminds units of what they owe: one night's mail and messages, each recorded before it is sent."""

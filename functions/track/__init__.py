"""A filer's way back to a filing: status, correction, withdrawal, documents; needs the access code."""

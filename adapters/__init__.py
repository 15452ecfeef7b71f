"""What is outside: channels, storage, search engines, the web; no adapter knows another."""

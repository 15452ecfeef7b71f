"""What several adapters need: it knows no vendor's service, and no other adapter."""

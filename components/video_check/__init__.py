"""What is known of videos before any of them is decoded."""

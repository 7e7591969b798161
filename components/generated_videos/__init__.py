"""Videos without a download: encoded files whose objects, sounds and boxes are known."""

"""AvcPairGen: corresponding and mismatched pairs of frame and sound."""

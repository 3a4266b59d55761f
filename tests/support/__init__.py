"""Real servers and small fakes that the tests share."""

"""Rate limits: requests and tokens a minute, requests a day and a second, concurrent calls."""

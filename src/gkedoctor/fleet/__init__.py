"""Many recorded clusters at once: finds the recordings, has them diagnosed, and groups what they share."""

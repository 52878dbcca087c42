"""The screen of `gkedoctor diagnose`. The only room that knows Textual; `model/` is what it shows, without Textual."""

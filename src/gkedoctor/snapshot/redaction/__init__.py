"""What of a cluster is a credential, and what is put in its place.

Nothing of this is a statistic of one cluster: a span of text is masked because of its form (`forms.py`), of its context
(`assignments.py`, `sentences.py`, `phrases.py`, `statements.py`, `commands.py`, `devices.py`, `structures.py`,
`nested.py`, `urls.py`, `blocks.py`, `columns.py`), or because the same value was
seen as a credential elsewhere in its namespace (`learned.py`). `redactor.py` applies all of them to what was gathered;
`text.py` to one text.
"""

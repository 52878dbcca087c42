"""What gkedoctor can be asked, as functions: options in, a result out, nothing printed. One module a question.

The commands, the screen, `api.py` and other front ends call the same functions, so that they answer the same. Where the
snapshot comes from is the caller's matter.
"""

"""What senders do to a request on its way: how each habit is recognised, and what is said of it.

Three tables, one for each form in which a habit is met: a body that is no JSON (encodings.py), JSON
that is no request (envelopes.py), a text that is no id (texts.py). Recognising changes nothing:
what is taken is taken by json_text.py and canonical.py, and each rejection keeps the original.
"""

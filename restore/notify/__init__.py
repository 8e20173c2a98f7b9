"""Who is told what, and how: receivers, what each wants, the requests that are sent to it."""

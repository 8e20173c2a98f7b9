"""Who is told what, and how: receivers, what each wants, the letters that are sent to it."""

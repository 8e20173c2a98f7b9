"""How a request comes in, and how its state is shown: queue and HTTP."""

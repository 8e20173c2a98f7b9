"""What developers and continuous integration run. Nothing here is deployed."""

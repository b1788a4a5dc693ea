"""What is seen. PySide6 lives here and in app.py."""

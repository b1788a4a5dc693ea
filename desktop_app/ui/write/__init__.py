"""The Write workspace: a page that the model goes on with, the copy desk, questions and answers."""

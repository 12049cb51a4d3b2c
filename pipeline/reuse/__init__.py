"""A trained model in use: theta for new documents, the model as an object, folders to share."""

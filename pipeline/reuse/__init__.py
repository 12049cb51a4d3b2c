"""Using a trained model: theta for new documents, the model as an object, folders to share."""

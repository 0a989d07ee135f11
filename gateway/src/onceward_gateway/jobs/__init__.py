"""Background jobs: batches and fine-tuning, and the files that they read and write."""

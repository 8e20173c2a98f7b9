"""What every step needs to read and write: times, ids, texts and documents, plain values all."""

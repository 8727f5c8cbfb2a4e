"""What a question asks of tables, word by word: a value is computed only if the table accounts for every word."""

"""What is known of languages: words, sentences, and the lists that belong to them."""

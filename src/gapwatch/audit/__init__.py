"""What a release rests on, so that anyone can make it again."""

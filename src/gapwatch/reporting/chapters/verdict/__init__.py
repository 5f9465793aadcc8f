"""The answer: verdict, its words, and what changed since the release before."""

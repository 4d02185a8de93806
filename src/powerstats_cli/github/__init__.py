"""GitHub's API: requests, a repository, and the shapes of the answers."""

"""Starting a project: a study of a district with its zones and measures proposed, in a folder."""

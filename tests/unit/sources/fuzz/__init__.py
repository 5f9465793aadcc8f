"""Publishers' answers that were good, changed in their parts: what the parsers must live through.

`mutations` changes them, `files` and `answers` say what is changed, `running` counts what came.
"""

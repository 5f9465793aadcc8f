"""Where no verdict can be given: what is needed for one, who has it, and how to ask for it."""

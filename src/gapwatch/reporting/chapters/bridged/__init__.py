"""Later published figures of other areas, carried over to the sides."""

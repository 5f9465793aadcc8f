"""Deaths and residents by age: from small blocks to areas and sides, nobody lost, nobody twice."""

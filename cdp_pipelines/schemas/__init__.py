"""What a valid row is: columns, types, rules in Pandera."""

"""Named formats of orders: what another product's export says, in our columns of orders."""

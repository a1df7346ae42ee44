"""Feeds that state a part of a product: what each of them stated, so that late ones find their place."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a partial feed stated."""
    op.execute(
        "alter table cdp.product_marks add column stated json;"
        " comment on column cdp.product_marks.stated is"
        " 'What a partial feed stated of the product: the other fields stay as they were before it'"
    )


def downgrade() -> None:
    """Forget what partial feeds stated."""
    op.execute("alter table cdp.product_marks drop column stated")

"""The schema `cdp`, made by the environment since Alembic's own table lies in it."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing besides the schema itself."""

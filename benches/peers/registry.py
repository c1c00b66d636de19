"""The reference registry with as many further entries as are wanted, none of which a request of the rig names."""

from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "tamis/registry.yaml"
# Names that the reference registry declares: its entries count with those that are added.
DECLARED = 10
ENTRY = """\
  - names: {name}
    provider: Somebody
    purposes: To be one among many
    category: analytics
    lifetime: 30 days
"""


def write(path, entries):
    """A registry that declares so many names; every tenth of the added ones is a pattern."""
    with open(path, "w") as out:
        out.write(REFERENCE.read_text())
        for number in range(entries - DECLARED):
            name = f"'set-{number:06}_*'" if number % 10 == 9 else f"cookie-{number:06}"
            out.write(ENTRY.format(name=name))

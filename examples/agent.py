"""Functions that the model calls, with approval of each call."""

from __future__ import annotations

from typing import Literal

import onceward
from onceward import Onceward

Item = Literal["notebook", "pencil"]
STOCK = {"notebook": 12, "pencil": 0}


@onceward.tool
def stock(item: Item) -> dict[str, object]:
    """Return the stock of an item."""
    return {"item": item, "in_stock": STOCK[item]}


@onceward.tool
def delete(item: Item) -> str:
    """Delete an item from the catalogue."""
    del STOCK[item]
    return "deleted"


def main() -> None:
    with Onceward() as client:
        for asked in ("How much stock of the notebook is left?", "Delete the pencil."):
            run = client.chat.completions.run_tools(
                model="onceward/echo",
                messages=[{"role": "user", "content": asked}],
                tools=[stock, delete],
                on_tool_call=lambda call: "Deleting needs a person." if call.name == "delete" else True,
            )
            result = run.final()
            print(asked)
            for one in result.results:
                print("  ", one.call.name, one.call.arguments, "refused" if one.refused else "->", one.output)
            print("  ", result.text)


if __name__ == "__main__":
    main()

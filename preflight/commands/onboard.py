"""`preflight onboard`: the page that a platform team sends to a new team."""

import sys
from argparse import Namespace

from preflight.commands.judge import promised, targets
from preflight.commands.promises import written
from preflight.contract import PROVIDERS, Promises
from preflight.render.onboard import page


def onboard(arguments: Namespace) -> int:
    """Print the page. Raises UsageError or PromiseError where there is nothing to render."""
    promises = promised(arguments)
    chosen = targets(arguments, promises)
    of_provider = {name: chosen.get(name, ()) for name in PROVIDERS}
    told = Promises(promises.gateway, **of_provider)  # type: ignore[arg-type]
    made = page(told, written(told), arguments.contact or "")
    if arguments.format == "html":
        from preflight.render.onboard_html import render  # noqa: PLC0415 - only one of the two
    else:
        from preflight.render.onboard_markdown import render  # noqa: PLC0415 - likewise
    sys.stdout.write(render(made))
    return 0

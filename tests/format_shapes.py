"""A report in a format, as text."""

import io

from report_world import EVERY_KIND

WAIVED = "failed, and waived until 2030-01-31, 9 days left, by owner  end: reason  end"


def rendered(module, report=EVERY_KIND):
    out = io.StringIO()
    module.render(report, out)
    return out.getvalue()

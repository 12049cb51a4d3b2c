"""Write the page that `dvc plots show` fills. It contains the drawing library, so it opens without a network.

``make plots`` writes it below .dvc/tmp and names it in .dvc/config.local. DVC's own page loads Vega from a server.
"""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline.common.whole_files import write_text
from pipeline.config.entry import stage
from pipeline.workspace.dvc_settings import set_locally

PAGE = Path(".dvc/tmp/plots_page.html")
HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Plots</title>
{refresh_tag}
<script>SCRIPT</script>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def page() -> str:
    """The page, with DVC's placeholders for the plots."""
    from vl_convert import javascript_bundle

    script = javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return HTML.replace("SCRIPT", script.replace("</script", r"<\/script"))


@stage
def main() -> None:
    """Write the page, and make DVC use it."""
    write_text(page(), PAGE)
    set_locally(Path(), "plots", html_template=PAGE.relative_to(".dvc").as_posix())


if __name__ == "__main__":
    typer.run(main)

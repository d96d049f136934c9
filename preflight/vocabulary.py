"""What the command line offers to choose from, apart from what it stands for.

Help and completions need these words and numbers and nothing else: no module of the project is
imported here, and none of the standard library that is slow to import.
"""

PROVIDERS = ("openai", "azure", "vertex", "bedrock")
"""In the order of reading."""

IDENTITIES = ("gateway", "job-role", "service-agent", "storage-agent", "workload")
"""Those of the permission table."""

AUDITOR = "auditor"
"""Who runs `preflight check`: the rights are those of the table of looks, and no job needs them."""

FORMATS = {
    "text": "text",
    "json": "json_report",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "markdown": "markdown",
    "html": "html_report",
}
"""Name -> the module beside this one whose `render(report, out)` writes it."""

QUIET = "quiet"
"""The form of text that --quiet asks for: problems and the verdict alone."""

SHELLS = {"bash": "preflight.bash", "zsh": "_preflight", "fish": "preflight.fish"}
"""Name -> the file that holds its completions, called as that shell would look for it."""

DEADLINE_SECONDS = 30.0
"""For one question, however many calls it makes."""

OVERALL_SECONDS = 120.0
"""For all questions together: some gates one after the other, each of which takes its time."""

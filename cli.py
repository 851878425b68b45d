"""The console: `portal COMMAND`. Each command's module is imported when the command is named."""

import sys
from importlib import import_module
from typing import Final

import click

import commands

WHERE: Final[dict[str, str]] = {
    "up": "commands.serving",
    "web": "commands.serving",
    "worker": "commands.serving",
    "reconcile": "commands.serving",
    "migrate": "commands.serving",
    "doctor": "commands.serving",
    "people": "commands.people",
    "backup": "commands.keeping",
    "restore": "commands.keeping",
    "demo": "commands.demo",
    "import": "commands.imports",
    "judge": "commands.judging",
    "train": "commands.scoring",
    "score": "commands.scoring",
    "rank": "commands.scoring",
    "report": "commands.reports",
    "export": "commands.exports",
    "bench": "commands.bench",
}
"""Which module has a command; the function is named like the command, in one word."""
NAMES: Final = {"import": "import_"}


class Portal(click.Group):
    """A group that knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in WHERE:
            return None
        found: click.Command = getattr(import_module(WHERE[cmd_name]), NAMES.get(cmd_name, cmd_name))
        return found


@click.group(cls=Portal, context_settings={"help_option_names": ["-h", "--help"]})
def portal() -> None:
    """Concord: sales and marketing sign one set of definitions, work by them, and prove it."""


def main() -> None:
    """Run one command. Exit 0 done, 1 failed with a reason on standard error, 2 used wrongly."""
    try:
        sys.exit(portal.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        sentence = commands.sentence(error)
        if sentence is None:
            raise
        click.echo(sentence, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

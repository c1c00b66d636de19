"""Commands that are run to their end."""

import subprocess


def run(*arguments, **options):
    """The finished command, its output as text; an AssertionError with what it said where it failed."""
    done = told(*arguments, **options)
    assert done.returncode == 0, f"{shown(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def told(*arguments, **options):
    """The finished command, whatever its exit code."""
    arguments = [str(argument) for argument in arguments]
    return subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)


def shown(arguments):
    """A command line, for people."""
    return " ".join(map(str, arguments))

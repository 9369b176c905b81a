"""The small shell: what it plays it plays as bash does, and what it does not know it refuses."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from wizard.sandbox.actions.shell import Outcome, Shell
from wizard.sandbox.actions.shell_syntax import NotEmulated

SCRIPTS = [
    'echo a; echo "b  $NAME" c\\ d',
    "false || echo rescued\necho on",
    "true && false\necho never",
    "! true\necho on",
    'if [ -z "$NOTHING" ] && test 1 -lt 2; then echo empty; else echo full; fi',
    'if false; then echo 1; elif [ "$NAME" = "two words" ]; then echo 2; else echo 3; fi',
    'x=$(echo "inner $(echo deep)")\necho "[$x]" $x',
    "for_is_a_word=1 # a comment\nprintf '%s=%s\\n' a 1 b 2",
    "set +e\nfalse\necho still",
    "echo gone > /dev/null\necho seen 2>&1",
    'echo "${NOTHING:-default} ${NAME}"',
    "exit 3\necho never",
    'echo \'single $NAME\' "double \\$NAME \\"q\\""',
    "X=1 Y=2\nexport Z=$X$Y\necho $Z",
    'if ! [ "$NAME" != x ]; then echo same; fi; echo end',
    "echo a &&\n  echo b",
    "echo one \\\n  two",
]


def nothing(words: object, variables: object) -> Outcome | None:
    return None


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is the judge here")
@pytest.mark.parametrize("script", SCRIPTS)
def test_as_bash_does(script: str) -> None:
    shell = Shell(nothing, {"NAME": "two words"})
    status = shell.run(script)
    judge = subprocess.run(["bash", "-e", "-c", script], env={"NAME": "two words"}, capture_output=True, text=True, check=False)
    assert ("".join(shell.output), status) == (judge.stdout, judge.returncode)


@pytest.mark.parametrize(
    "script",
    [
        "az group list | jq .",
        "for x in a b; do echo $x; done",
        "cat <<EOF\nx\nEOF",
        "(echo sub)",
        "echo $((1 + 1))",
        "sleep 5 &",
        "unheard-of --option",
        "f() { echo x; }",
        "case $x in a) echo;; esac",
        "test -f /etc/passwd",
        "if true; then echo x",
        "echo 'open",
    ],
)
def test_what_it_does_not_know_it_refuses(script: str) -> None:
    with pytest.raises(NotEmulated):
        Shell(nothing, {}).run(script)


def test_outputs_go_to_the_runners_files() -> None:
    shell = Shell(nothing, {"GITHUB_OUTPUT": "/out"})
    assert shell.run('echo a=1 >> "$GITHUB_OUTPUT"\necho b=2 >> $GITHUB_OUTPUT') == 0
    assert shell.files == {"/out": "a=1\nb=2\n"}
    assert not "".join(shell.output)

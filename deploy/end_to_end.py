"""The end-to-end tests against a service that runs already.

All tests share the service. A test that needs something that the service lacks is skipped: tests/src/need.rs explains how a
test says what it needs.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class EndToEnd:
    """The program of the end-to-end tests, and how many tests have run so far."""

    def __init__(self):
        self.program = built_tests()
        self.passed = self.failed = 0
        self.ignored = set(self.listed("--ignored"))

    def listed(self, *arguments):
        """The names of the tests that the program lists."""
        command = [self.program, "--list", "--format", "terse", *arguments]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        return [line.removesuffix(": test") for line in output.splitlines() if line.endswith(": test")]

    def run(self, names, url, mails="", parameters=""):
        """Runs the tests of these names that the service can run. Returns the other tests, each with the reason."""
        environment = {"RUST_TEST_THREADS": "8", **os.environ, "USHER_TEST_URL": url, "USHER_TEST_MAILS": mails,
                       "USHER_TEST_PARAMETERS": parameters}
        skipped = self.skips(names, environment)
        command = [self.program, "--exact", *(name for name in names if name not in skipped)]
        if len(skipped) < len(names):
            self.count(shown(command, environment))
        return skipped

    def skips(self, names, environment):
        """The tests among the names that the service can't run, each with the reason."""
        needs = self.plan(environment)
        reasons = {}
        for name in names:
            if name in self.ignored:
                reasons[name] = "needs more than cargo"
            elif name not in needs:
                reasons[name] = "calls no service"
            elif needs[name]:
                reasons[name] = f"needs {needs[name]}"
        return reasons

    def plan(self, environment):
        """What each test lacks at the service. A test that lacks nothing has an empty text.

        In this run each test ends when it asks for the service, so all tests that call a service fail.
        """
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plan"
            run = subprocess.run([self.program], cwd=ROOT / "tests", env={**environment, "USHER_TEST_PLAN": str(file)},
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if not file.exists():
                sys.exit(f"the tests did not say what they need:\n{run.stdout}")
            return dict(line.split("\t") for line in file.read_text().splitlines())

    def count(self, output):
        """Counts the tests that an output of the program reports."""
        result = re.search(r"test result: \w+\. (\d+) passed; (\d+) failed;", output)
        if not result:
            sys.exit("the tests ended without a result")
        self.passed += int(result.group(1))
        self.failed += int(result.group(2))

    def report(self, skipped, at_least):
        """Prints which tests were skipped and how many ran. Ends the script if a test failed or too few tests ran."""
        print("\nSkipped tests:")
        for name, reason in sorted(skipped.items(), key=lambda item: item[::-1]):
            print(f"  {name} {reason}")
        print(f"\n{self.passed + self.failed} tests ran, {self.failed} of them failed, and {len(skipped)} were skipped.")
        if self.failed:
            sys.exit("tests have failed")
        if self.passed < at_least:
            sys.exit(f"only {self.passed} tests ran, and at least {at_least} must run")


def built_tests():
    """Builds the end-to-end tests, and returns the path of their program."""
    cargo = [os.environ.get("CARGO", "cargo"), "test", "--workspace", "--test", "e2e", "--no-run"]
    command = [*cargo, "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("cargo could not build the end-to-end tests")
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "e2e":
            return message["executable"]
    sys.exit("cargo has built no program of the end-to-end tests")


def shown(command, environment):
    """Runs a command in the folder of the tests, shows its output line by line, and returns the output."""
    output = []
    with subprocess.Popen(command, cwd=ROOT / "tests", env=environment, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            print(line, end="", flush=True)
            output.append(line)
    return "".join(output)

"""The workflow for a public CI: nothing can run it here, but it can be read, and what it calls is looked for."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import yaml
except ImportError:
    print("SKIP: not installed: python3-yaml")
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JOB = {"name", "needs", "runs-on", "container", "timeout-minutes", "steps", "strategy", "env", "if", "permissions"}
STEP = {"name", "uses", "with", "run", "shell", "if", "env", "id", "working-directory", "timeout-minutes",
        "continue-on-error"}


class Workflow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, ".github/workflows/test.yml"), encoding="utf-8") as file:
            cls.text = file.read()
        cls.workflow = yaml.safe_load(cls.text)

    def steps(self):
        for job in self.workflow["jobs"].values():
            yield from job["steps"]

    def test_words(self):
        # YAML 1.1 reads `on` as a truth value.
        self.assertLessEqual(set(self.workflow), {"name", True, "permissions", "jobs", "env", "defaults", "concurrency"})
        for name, job in self.workflow["jobs"].items():
            self.assertLessEqual(set(job), JOB, name)
            self.assertLessEqual({"runs-on", "steps"}, set(job), name)
            if "needs" in job:
                self.assertIn(job["needs"], self.workflow["jobs"])
        for step in self.steps():
            self.assertLessEqual(set(step), STEP, step)
            self.assertEqual(("uses" in step) + ("run" in step), 1, step)
            if "uses" in step:
                self.assertRegex(step["uses"], r"^[\w-]+/[\w-]+@v\d+$")

    def test_expressions(self):
        for expression in re.findall(r"\$\{\{(.*?)\}\}", self.text):
            self.assertRegex(expression.strip(), r"^matrix\.os$")

    def test_shell_scripts(self):
        for step in self.steps():
            if "run" in step and step.get("shell", "bash") == "bash":
                with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
                    script.write(step["run"])
                    script.flush()
                    subprocess.run(["bash", "-n", script.name], check=True)

    def test_commands_are_there(self):
        said = subprocess.run([os.path.join(ROOT, "run"), "help"], check=True, capture_output=True, text=True)
        helped = said.stdout + said.stderr
        called = re.findall(r"\./run (\w+)", self.text)
        self.assertTrue(called)
        for command in called:
            self.assertRegex(helped, r"\n  %s " % command)
        with open(os.path.join(ROOT, "packaging/make.py"), encoding="utf-8") as file:
            made = re.findall(r'^    "(vmevents[^"]*)":', file.read(), re.M)
        for pattern in re.findall(r"packages/(vmevents-\S+?\.(?:zip|msi))", self.text):
            self.assertTrue(any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) for name in made), pattern)

    def test_it_says_that_it_was_never_run(self):
        self.assertTrue(self.text.startswith("# Never run"))


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""Terminals of the guest, at the other end of its serial ports."""
import re

from lines import Stream

READY = re.compile(rb"control is ready")
LOGIN = re.compile(rb"guest login: ")
PASSWORD = re.compile(rb"Password: ")
PROMPT = re.compile(rb"@guest:[^\r\n]*[$#] ")
PROMPT_OR_PASSWORD = re.compile(PASSWORD.pattern + b"|" + PROMPT.pattern)
REFUSED = re.compile(rb"Login incorrect")

# As the guest's passwd and shadow have them; the others have none.
PASSWORDS = {"alice": b"alice", "bob": b"bob"}


class Terminal:
    """A terminal with a login: what a person would sit at.

    fresh: getty has yet to ask for a name. In a restored guest it has asked before, and does so again when it gets an
    empty one; asked like that while it still starts, it would throw away what is typed next.
    """

    def __init__(self, path, fresh):
        self.stream = Stream(path)
        self.fresh = fresh

    def wait_for_login(self):
        if not self.fresh:
            self.stream.send(b"\r")
        self.fresh = False
        self.stream.until(LOGIN)

    def login(self, user):
        """Logs a user in, and returns when the shell prompts."""
        self.wait_for_login()
        self.login_at_prompt(user)

    def login_at_prompt(self, user):
        """The same where the terminal has asked for a name already."""
        self.stream.send(user.encode() + b"\r")
        if self.stream.until(PROMPT_OR_PASSWORD).endswith(b"Password: "):
            self.stream.send(PASSWORDS[user] + b"\r")
            self.stream.until(PROMPT)

    def fail_to_login(self, user):
        """Types a wrong password, and returns when it has been refused."""
        self.wait_for_login()
        self.stream.send(user.encode() + b"\r")
        self.stream.until(PASSWORD)
        self.stream.send(b"wrong\r")
        self.stream.until(REFUSED)
        self.fresh = True

    def logout(self, how=b"exit\r"):
        """Ends the session; who logs in next waits for the new login."""
        self.stream.send(how)
        self.fresh = True

    def run(self, command):
        self.stream.send(command.encode() + b"\r")
        self.stream.until(PROMPT)

    def lose(self):
        """The session has been ended from elsewhere: there is a new login, or going to be one."""
        self.fresh = True

    def restart(self):
        """The guest starts anew."""
        self.stream.forget()
        self.fresh = True

    def close(self):
        self.stream.close()


class Control:
    """The shell without a login, by which a test tells the guest what to do."""

    def __init__(self, path, fresh):
        self.stream = Stream(path)
        self.fresh = fresh
        self.count = 0

    def start(self, command):
        """Types a command that does not return, or of which nobody waits for the end."""
        if self.fresh:
            self.stream.until(READY)
            self.fresh = False
        self.stream.send(command.encode() + b"\n")

    def run(self, command):
        """Runs a command in a shell of the guest, and returns what it prints. It has to succeed."""
        self.count += 1
        mark = f"done-{self.count}"
        self.start(f"({command}) 2>&1; echo {mark}=$?")
        output = self.stream.until(re.compile(mark.encode() + rb"=\d+\r?\n")).decode(errors="replace")
        text, _, code = output.rpartition(mark + "=")
        if int(code):
            raise AssertionError(f"in the guest, {command!r} failed: {text}")
        return text

    def restart(self):
        self.stream.forget()
        self.fresh = True

    def close(self):
        self.stream.close()

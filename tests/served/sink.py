"""A server that takes everything but mail for whoever is called `refused`, and writes down how each
message came: a message a file.

Arguments: a Maildir; an address and a port to listen at; `starttls`, `clear` (there is no TLS, and
AUTH is offered all the same), `wrapped`, or what it does wrong where it has STARTTLS; a
certificate; its key.
"""

import base64
import os
import socket
import ssl
import sys
import threading

MAILDIR, ADDRESS, PORT, MODE, CERTIFICATE, KEY = sys.argv[1:]
COUNT = iter(range(1_000_000))
LOCK = threading.Lock()
# Where there is no STARTTLS.
WITHOUT = ("clear", "wrapped")
# What a client could take for words of its own.
EVERYTHING = (
    "refused to talk to me: TLS is required, but host x refused to start TLS: Host or domain name "
    "not found. Name service error for x: host not found"
)


def keep(headers, text=b""):
    """Writes a file into the Maildir."""
    with LOCK:
        name = f"{next(COUNT):06}.sink"
    lines = b"".join(f"X-{key}: {value}\n".encode() for key, value in headers.items())
    with open(os.path.join(MAILDIR, "new", name), "wb") as file:
        file.write(lines + text.replace(b"\r\n", b"\n"))


class Cancelled(Exception):
    """The client has thought better of it (RFC 4954 section 4)."""


class Session:
    """What one client says."""

    def __init__(self, connection):
        self.headers = {"Tls": "no", "Sni": "", "Auth": "", "Helo": ""}
        self.recipients = []
        if MODE == "wrapped":
            connection = self.encrypt(connection)
        self.take(connection)

    def encrypt(self, connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        context.sni_callback = lambda _socket, name, _context: self.headers.update(Sni=name or "")
        connection = context.wrap_socket(connection, server_side=True)
        self.headers["Tls"] = "yes"
        return connection

    def take(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")

    def say(self, text):
        self.connection.sendall(text.encode() + b"\r\n")

    def ask(self, text):
        self.say("334 " + base64.b64encode(text.encode()).decode())
        given = self.file.readline().strip()
        if given == b"*":
            raise Cancelled
        return base64.b64decode(given)

    def run(self):
        self.say("220 sink ESMTP")
        # Not the reader of the loop's beginning: STARTTLS puts another one in its place.
        for line in iter(lambda: self.file.readline(), b""):
            words = line.decode().strip().split(" ", 1)
            verb, rest = words[0].upper(), (words + [""])[1]
            if verb in ("EHLO", "HELO") and MODE == "refuses-helo":
                self.say("550 5.7.1 no")
            elif verb in ("EHLO", "HELO"):
                self.headers["Helo"] = rest
                offers = ["sink", "AUTH PLAIN LOGIN"]
                if MODE not in WITHOUT and self.headers["Tls"] == "no":
                    offers = ["sink", "STARTTLS"]
                for offer in offers[:-1]:
                    self.say("250-" + offer)
                self.say("250 " + offers[-1])
            elif verb == "STARTTLS" and MODE == "refuses-tls":
                self.say("500 5.5.1 no")
            elif verb == "AUTH" and MODE == "babbles":
                self.say("999 no")
            elif verb == "RCPT" and MODE == "refuses-mail":
                self.say("550 5.4.4 " + EVERYTHING)
            elif verb == "STARTTLS":
                self.say("220 go on")
                self.take(self.encrypt(self.connection))
            elif verb == "AUTH":
                try:
                    self.auth(rest.split(" "))
                except Cancelled:
                    self.say("501 5.7.0 as you like")
            elif verb == "RCPT" and "<refused@" in rest:
                self.say("550 5.1.1 nobody")
            elif verb == "RCPT":
                self.recipients.append(rest[rest.index("<") + 1 : rest.index(">")])
                self.say("250 2.1.5 ok")
            elif verb == "MAIL":
                self.headers["From"] = rest[rest.index("<") + 1 : rest.index(">")]
                self.headers["Parameters"] = rest[rest.index(">") + 1 :].strip()
                self.say("250 2.1.0 ok")
            elif verb == "DATA":
                self.data()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def auth(self, words):
        mechanism, given = words[0].upper(), words[1] if len(words) > 1 else ""
        if mechanism == "PLAIN":
            parts = base64.b64decode(given) if given else self.ask("")
            _, name, password = parts.split(b"\0")
        else:
            name, password = self.ask("Username:"), self.ask("Password:")
        self.headers["Auth"] = f"{name.decode()} {password.decode()}"
        keep({"Told": self.headers["Auth"], **self.headers})
        self.say("235 2.7.0 ok")

    def data(self):
        self.say("354 go on")
        text = b""
        for line in iter(self.file.readline, b".\r\n"):
            text += line
        for recipient in self.recipients:
            keep({**self.headers, "Rcpt": recipient}, text)
        self.recipients = []
        self.say("250 2.0.0 ok")


def serve(connection):
    try:
        Session(connection).run()
    except (OSError, ValueError):
        # A client that does not like the certificate goes.
        pass
    finally:
        connection.close()


family = socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET
with socket.create_server((ADDRESS, int(PORT)), family=family) as listener:
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=serve, args=(accepted,), daemon=True).start()
